namespace SlaveAgent.Sandbox;

/// <summary>This program's own executable, which the stand-ins are started as; also found from a test that uses it as a library.</summary>
public static class SandboxProgram
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "slave-agent-sandbox");
}
