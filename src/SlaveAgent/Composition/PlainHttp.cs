using Serilog;
using Serilog.Events;

namespace SlaveAgent.Composition;

/// <summary>Warns once in a process that what goes to K2HR3 and comes from it is open to whoever is on the wire.</summary>
internal sealed class PlainHttp
{
    private const string Warning = "K2HR3 is asked over plain http: whoever is on the wire can read the role token and change what is installed here; use https (" + nameof(PlainHttp) + ")";

    private bool _isSaid;

    public void Warn(Uri address, ILogger log)
    {
        if (_isSaid || address.Scheme != Uri.UriSchemeHttp)
        {
            return;
        }

        _isSaid = true;
        if (log.IsEnabled(LogEventLevel.Warning))
        {
            log.Warning(Warning);
        }
        else
        {
            Console.Error.WriteLine($"Warning: {Warning}.");
        }
    }
}
