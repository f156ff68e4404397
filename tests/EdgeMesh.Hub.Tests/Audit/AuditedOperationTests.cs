using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Tests.Broker;

namespace EdgeMesh.Hub.Tests.Audit;

/// <summary>What of the operations gets into the audit log.</summary>
public sealed class AuditedOperationTests : IDisposable
{
    private static readonly Caller Person = new("pi", "test");
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Every_change_is_recorded_with_its_result_no_look_is_and_no_secret_ever()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        OperationCatalogue operations = hub.Get<OperationCatalogue>();
        AuditLog log = hub.Get<AuditLog>();
        JsonNode lamp = (await RunAsync("devices-add", new { id = "lamp", type = "relay" })).Value!;
        Assert.Equal(ErrorCodes.DeviceExists, (await RunAsync("devices-add", new { id = "lamp", type = "relay" })).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await RunAsync("devices-add", new { id = "fan\u001b[2J", type = "relay", password = "hunter2" })).Error?.Code);
        foreach (Operation look in operations.All.Where(o => !o.Changes))
        {
            await operations.RunAsync(look.Name, new JsonObject(), Person, CancellationToken.None);
        }

        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => operations.RunAsync("devices-remove", new JsonObject { ["id"] = "lamp" }, Person, cancelled.Token));
        Assert.True((await RunAsync("devices-remove", new { id = "lamp" })).IsOk);

        IReadOnlyList<AuditEntry> entries = [.. log.List(0, 100).Where(e => e.Actor == "pi").Reverse()];
        Assert.Equal(
            [
                "devices-add lamp ok type=relay", "devices-add lamp device_exists type=relay", "devices-add fan\ufffd[2J invalid_argument type=relay",
                "devices-remove lamp cancelled ", "devices-remove lamp ok ",
            ],
            entries.Select(e => $"{e.Action} {e.Subject} {e.Outcome} {e.Detail}"));
        Assert.True(log.Verify(null).IsOk);
        string all = JsonSerializer.Serialize(log.List(0, 1000));
        Assert.DoesNotContain((string)lamp["key"]!, all, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", all, StringComparison.Ordinal);

        Task<Results.Result<JsonNode?>> RunAsync(string name, object parameters) =>
            operations.RunAsync(name, JsonSerializer.SerializeToNode(parameters), Person, CancellationToken.None);
    }

    public void Dispose() => _folder.Dispose();
}
