using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Tests.Broker;

namespace EdgeMesh.Hub.Tests.Devices;

/// <summary>What an unsigned message is worth.</summary>
public sealed class UnauthenticatedTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_unsigned_message_is_refused_and_counted()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        await device.PublishAsync(device.Up(TopicKind.State), Encoding.UTF8.GetBytes("""{"door":"open"}"""));
        await hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
        JsonNode status = (await hub.Get<OperationCatalogue>().RunAsync("hub-status", null, Caller.Hub, default)).Value!;
        Assert.Empty(status["warnings"]!.AsArray());
    }

    [Fact]
    public async Task In_a_laboratory_that_allows_it_what_a_known_device_says_of_itself_is_believed_and_the_hub_says_so_loudly_but_updates_stay_signed()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), "--Devices:AllowUnauthenticated", "true");
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        await device.PublishAsync(device.Up(TopicKind.State), Encoding.UTF8.GetBytes("""{"door":"open"}"""));
        await hub.RetainedAsync(TopicKind.PublicState, "porch", "open");
        await device.PublishAsync(device.Up(TopicKind.OtaReport), Encoding.UTF8.GetBytes("""{"session":1,"state":"confirmed","id":"a","version":"1","sequence":1}"""));
        await hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
        Assert.Equal("", hub.Get<DeviceService>().Show("porch").Value.Program);
        JsonNode status = (await hub.Get<OperationCatalogue>().RunAsync("hub-status", null, Caller.Hub, default)).Value!;
        Assert.Contains(status["warnings"]!.AsArray(), w => ((string)w!).Contains("AllowUnauthenticated", StringComparison.Ordinal));
        Assert.False(new DeviceOptions().AllowUnauthenticated);
    }
}
