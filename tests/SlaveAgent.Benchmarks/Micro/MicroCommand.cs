using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using SlaveAgent.Benchmarks.Reporting;

namespace SlaveAgent.Benchmarks.Micro;

/// <summary>The pure parts under BenchmarkDotNet, in this process: nothing is generated or built while it measures.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var command = new Command("micro", "Time and allocations of reading, checking, stamping and comparing, from 3 to 1,024 nodes");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance).WithIterationCount(5).WithWarmupCount(3);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumn(TargetMethodColumn.Method)
            .AddColumnProvider(DefaultColumnProviders.Params, DefaultColumnProviders.Statistics, DefaultColumnProviders.Metrics)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Repository.At("artifacts/benchmarks"));
        var ended = BenchmarkRunner.Run([typeof(IniBenchmarks), typeof(RingBenchmarks)], config);
        foreach (var report in Directory.GetFiles(Repository.At("artifacts/benchmarks/results"), "*-github.md"))
        {
            var name = Path.GetFileName(report).Replace("SlaveAgent.Benchmarks.Micro.", "micro-", StringComparison.Ordinal).Replace("-report-github", string.Empty, StringComparison.Ordinal);
            File.Copy(report, Repository.Result(name), overwrite: true);
        }

        return ended.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
