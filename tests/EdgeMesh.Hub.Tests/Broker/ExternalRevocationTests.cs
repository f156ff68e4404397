using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>Revocation where the broker is somebody else's.</summary>
public sealed class ExternalRevocationTests
{
    [Fact]
    public async Task At_a_broker_without_accounts_the_hub_says_what_is_not_enforced_and_believes_the_device_no_more()
    {
        using TempFolder folder = new();
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using RunningHub hub = await RunningHub.StartAsync(folder.Path, BrokerHub.FreePort(), "--Broker:Url", $"mqtt://127.0.0.1:{broker.Port}");
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        RevocationView view = (await hub.Get<DeviceService>().RevokeAsync("porch", "", CancellationToken.None)).Value;
        Assert.Equal("not_enforced", view.Broker);
        Assert.False(hub.Get<DeviceGateway>().IsOnline("porch"));

        // It is still connected, and even comes back: nobody listens to it.
        await device.ConnectAsync("127.0.0.1", broker.Port);
        DeviceConfiguration anew = (await hub.Get<DeviceService>().RestoreAsync("porch", CancellationToken.None)).Value;
        Assert.NotEqual(device.Configuration.Key, anew.Key);
        await device.ConnectAsync("127.0.0.1", broker.Port);
        // Its old key no longer signs for it, also now that the id is in use again.
        await hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
        Assert.False(hub.Get<DeviceGateway>().IsOnline("porch"));
    }
}
