namespace SlaveAgent.Tests.Support;

internal static class Trees
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Removes a directory with all in it. A process that was just ended may still have made a file in it meanwhile; then it is tried again.</summary>
    public static void Remove(string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Directory.Exists(path))
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(began) < Limit)
            {
                Thread.Sleep(20);
            }
        }
    }
}
