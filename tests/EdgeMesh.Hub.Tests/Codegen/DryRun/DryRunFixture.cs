using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>The real sandbox, with workers kept warm, as a hub has it.</summary>
public sealed class DryRunFixture : IAsyncLifetime
{
    internal const int DeadlineS = 2;

    internal DryRunService Service { get; } = new(new DryRunOptions { WarmWorkers = 2, DeadlineS = DeadlineS }, TimeProvider.System);

    internal async Task<BehaviourReport> RunAsync(string source, Scenario? scenario = null)
    {
        Result<BehaviourReport> report = await Service.RunAsync(source, scenario ?? new Scenario(60), CancellationToken.None);
        Assert.True(report.IsOk, report.Error?.Message);
        return report.Value;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Service.DisposeAsync().AsTask();
}

[CollectionDefinition(Name)]
public sealed class DryRunTests : ICollectionFixture<DryRunFixture>
{
    public const string Name = "dry run";
}
