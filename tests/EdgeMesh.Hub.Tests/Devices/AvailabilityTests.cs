using System;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Tests.Broker;

namespace EdgeMesh.Hub.Tests.Devices;

public sealed class AvailabilityTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Availability_says_offline_for_a_device_that_has_not_come_back_after_a_restart_of_the_hub()
    {
        TestDevice device;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            device = await hub.ConnectNewAsync("porch");
            await hub.RetainedAsync(TopicKind.PublicAvailability, "porch", "\"online\"");
        }

        await device.LosePowerAsync();
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.RetainedAsync(TopicKind.PublicAvailability, "porch", "\"offline\"");
        }
    }
}
