namespace SlaveAgent.K2hr3;

/// <summary>A file for the connection to K2HR3 cannot be used.</summary>
/// <param name="setting">The setting that names the file.</param>
/// <param name="file">The file.</param>
public sealed class TlsFileException(string setting, string file, string problem, Exception? cause = null) : IOException($"{setting} {file} {problem}", cause)
{
    public string Setting => setting;

    public string File => file;
}
