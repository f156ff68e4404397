using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Hub.Tests.Ota;

/// <summary>Updates from the hub's side, over a real Mosquitto, with the production receiver at the other end.</summary>
public sealed class OtaFlowTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(100_001);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("raw")]
    [InlineData("base64")]
    public async Task An_image_arrives_byte_for_byte_and_its_outcome_is_kept(string encoding)
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:Encoding", encoding);
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.Equal(_image, device.Image);
        await device.ReportAsync(OtaStates.Applying);
        Assert.Equal(OtaStates.Applying, hub.Latest("porch").State);
        await device.ReportAsync(OtaStates.Confirmed);

        OtaView end = hub.Latest("porch");
        Assert.Equal((OtaStates.Confirmed, 100, 100_001L), (end.State, end.Percent, end.Size));
        await Eventually.TrueAsync(() => hub.Get<DeviceService>().Show("porch").Value.Program == "blink@1", "the device's program is kept");
    }

    [Fact]
    public async Task An_update_of_a_device_that_is_away_waits_says_so_and_goes_on_when_it_is_back()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        await using TestDevice device = await hub.NewAsync("porch");

        OtaView view = hub.Ota.Start("porch", "blink", null).Value;
        Assert.Equal(OtaStates.Offered, view.State);
        Assert.Contains("offline", view.Waiting, StringComparison.Ordinal);

        await device.ConnectAsync(hub.Host, hub.Port);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
    }

    [Fact]
    public async Task A_device_that_loses_power_mid_transfer_goes_on_from_its_last_acknowledged_chunk()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        TestDeviceOptions options = new() { StopAfter = 10 };
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image, options);
        await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");

        await device.LosePowerAsync();
        await Eventually.TrueAsync(() => hub.Latest("porch").Waiting.Length > 0, "the update waits for the device");
        device.ChunksReceived.Clear();
        options.StopAfter = long.MaxValue;
        await device.ConnectAsync(hub.Host, hub.Port);

        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.Equal([0L, 10L], device.Accepted);
        Assert.Equal(10, device.ChunksReceived.Min());
        Assert.Equal(_image, device.Image);
    }

    [Fact]
    public async Task A_hub_that_restarts_mid_transfer_goes_on_with_the_same_session_from_the_last_acknowledged_chunk()
    {
        TestDeviceOptions options = new() { StopAfter = 10 };
        long session;
        TestDevice device;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        {
            await hub.AddFirmwareAsync(_image);
            device = await hub.ConnectNewAsync("porch", options: options);
            session = hub.Ota.Start("porch", "blink", null).Value.Session;
            await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");
        }

        await device.LosePowerAsync();
        device.ChunksReceived.Clear();
        options.StopAfter = long.MaxValue;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port))
        await using (device)
        {
            Assert.Equal((session, OtaStates.Transferring), (hub.Latest("porch").Session, hub.Latest("porch").State));
            await device.ConnectAsync(hub.Host, hub.Port);
            await Eventually.TrueAsync(() => device.Applied, "the image is applied");
            Assert.Equal(10, device.ChunksReceived.Min());
            Assert.Equal(_image, device.Image);
        }
    }

    [Fact]
    public async Task Twenty_devices_are_updated_at_once()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        TestDevice[] devices = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => hub.ConnectNewAsync($"d{i}")));
        foreach (TestDevice device in devices)
        {
            Assert.True(hub.Ota.Start(device.Id, "blink", null).IsOk);
        }

        await Eventually.TrueAsync(() => devices.All(d => d.Applied), "all images are applied");
        Assert.All(devices, d => Assert.Equal(_image, d.Image));
        foreach (TestDevice device in devices)
        {
            await device.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_old_image_may_be_sent_again_under_a_new_sequence()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        hub.Get<DeviceStore>().Add("porch", "test", new byte[32], 0);
        hub.Get<DeviceStore>().SetProgram("porch", "blink", "2", hub.Get<FirmwareService>().Find("blink", "1").Value.Sequence + 1000);

        Assert.True(hub.Ota.Start("porch", "blink", "1").IsOk);
    }

    [Fact]
    public async Task An_update_whose_state_cannot_be_stored_goes_on_once_it_can()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port, "--Ota:RecoveryPause", "00:00:00.05");
        TestDeviceOptions options = new() { StopAfter = 10 };
        await using TestDevice device = await hub.UpdateNewAsync("porch", _image, options);
        await Eventually.TrueAsync(() => device.ChunksReceived.Contains(10), "chunk 10 was sent");

        hub.Sql("ALTER TABLE ota_session RENAME TO hidden");
        options.StopAfter = long.MaxValue;
        await device.LosePowerAsync();
        await device.ConnectAsync(hub.Host, hub.Port);
        await hub.OnlineAsync("porch");
        hub.Sql("ALTER TABLE hidden RENAME TO ota_session");

        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        await device.ReportAsync(OtaStates.Confirmed);
        Assert.Equal(OtaStates.Confirmed, hub.Latest("porch").State);
    }

    [Fact]
    public async Task A_device_that_claims_an_absurd_sequence_spoils_no_other_devices_updates()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, _port);
        await hub.AddFirmwareAsync(_image);
        hub.Get<DeviceStore>().Add("liar", "test", new byte[32], 0);
        hub.Get<DeviceStore>().SetProgram("liar", "blink", "2", 999_999_999_999_999_999);
        hub.Ota.Start("liar", "blink", "1");

        await hub.AddFirmwareAsync([1, 2, 3], "other");
        await using TestDevice honest = await hub.ConnectNewAsync("honest");
        Assert.True(hub.Ota.Start("honest", "other", null).IsOk);
        await Eventually.TrueAsync(() => honest.Applied, "the image is applied");
    }
}
