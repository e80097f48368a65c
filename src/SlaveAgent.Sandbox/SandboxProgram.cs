namespace SlaveAgent.Sandbox;

/// <summary>This program's own executable, from which the stand-ins are started; also found by a test that uses it as a library.</summary>
public static class SandboxProgram
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "slave-agent-sandbox");
}
