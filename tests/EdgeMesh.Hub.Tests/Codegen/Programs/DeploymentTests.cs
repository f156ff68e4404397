using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Tests.Codegen.Programs;

/// <summary>Programs on their way to a device over the real broker, watched there, and gone back from.</summary>
public sealed class DeploymentTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_stops_again_and_again_on_its_device_is_gone_back_from_with_a_new_manifest_and_the_reason_told()
    {
        await using RunningHub hub = await StartAsync();
        await using TestDevice device = await ConnectAsync(hub);
        Add(hub, Packages.Beat);
        await DeployAsync(hub, device, 1);
        // Signed by the hub's own key, which a device may pin: nothing else of the hub's is.
        Assert.Equal(Packages.Beat, Encoding.UTF8.GetString(device.Image));
        Manifest first = Verified(hub, device.Offered!);
        Assert.Equal(("porch", "1", ImageKinds.MicroPythonApp), (first.Id, first.Version, first.Kind));
        await StateAsync(hub, 1, ProgramStates.Probation);

        Add(hub, Packages.Beat + "# two\n");
        await DeployAsync(hub, device, 2);
        await StateAsync(hub, 2, ProgramStates.Probation);
        Assert.Equal(ProgramStates.Replaced, State(hub, 1));
        await device.SendAsync(TopicKind.Log, Codec.Write(new LogLine { Level = "error", Text = "The program stopped: OSError: 5." }));
        await device.SendAsync(TopicKind.Health, Codec.Write(new Health { Faults = 3, HeapFreeBytes = 50_000 }));
        await StateAsync(hub, 2, ProgramStates.RolledBack);
        await ConfirmAsync(hub, device, 1);
        await StateAsync(hub, 1, ProgramStates.Probation);
        Assert.Equal(Packages.Beat, Encoding.UTF8.GetString(device.Image));
        Assert.True(Verified(hub, device.Offered!).Sequence > first.Sequence);

        ProgramView bad = hub.Get<ProgramService>().Show("porch", 2).Value;
        Assert.Equal((ErrorCodes.ProgramUnhealthy, 3), (bad.Deployments[0].Code, bad.Deployments[0].Faults));
        Assert.Contains("It stopped 3 times. The device says: The program stopped: OSError: 5.", bad.Deployments[0].Reason, StringComparison.Ordinal);
        Assert.Contains("porch@2 was rolled back: It stopped 3 times.", hub.Get<DeviceService>().Show("porch").Value.Note, StringComparison.Ordinal);
        Assert.Contains(hub.Get<AuditLog>().List(0, 20), a => a is { Actor: "hub", Action: "program-rollback", Subject: "porch", Outcome: "ok" });
        // From what was gone back to, nothing is gone back: the two would go round for ever.
        await device.SendAsync(TopicKind.Health, Codec.Write(new Health { Faults = 3, HeapFreeBytes = 50_000 }));
        await StateAsync(hub, 1, ProgramStates.Unhealthy);
        Assert.Equal(3, hub.Ota.Status("porch", 9).Value.Count);

        await hub.Get<ProgramDeployer>().RollbackAsync("porch", 2, Packages.Owner, CancellationToken.None);
        Assert.Equal(ErrorCodes.SessionExists, (await hub.Get<ProgramDeployer>().DeployAsync("porch", 1, Packages.Owner, CancellationToken.None)).Error?.Code);
        Assert.Equal(4, hub.Get<DeploymentStore>().Of("porch").Count);
    }

    [Fact]
    public async Task What_does_well_while_it_is_watched_is_healthy_and_what_the_device_itself_refuses_leaves_it_running()
    {
        await using RunningHub hub = await StartAsync("--Programs:ProbationS", "1");
        await using TestDevice device = await ConnectAsync(hub);
        Add(hub, Packages.Beat);
        await DeployAsync(hub, device, 1);
        await StateAsync(hub, 1, ProgramStates.Healthy);
        Add(hub, Packages.Beat + "# two\n");
        await SendAsync(hub, device, 2);
        await device.ReportAsync(OtaStates.RolledBack, ErrorCodes.CrashLoop, "OSError: 5", "porch", "2", 1);
        await StateAsync(hub, 2, ProgramStates.RolledBack);
        Assert.Equal(ProgramStates.Healthy, State(hub, 1));
        Assert.Equal("device:porch", hub.Get<ProgramService>().History("porch").Value[^1].Actor);
        Assert.Contains("The device went back by itself: OSError: 5", hub.Get<DeviceService>().Show("porch").Value.Note, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ProgramUnknown, (await hub.Get<ProgramDeployer>().RollbackAsync("porch", null, Packages.Owner, CancellationToken.None)).Error?.Code);
    }

    [Fact]
    public async Task What_a_device_confirms_after_the_hub_gave_its_update_up_is_watched_all_the_same()
    {
        await using RunningHub hub = await StartAsync();
        await using TestDevice device = await ConnectAsync(hub);
        Add(hub, Packages.Beat);
        await SendAsync(hub, device, 1);
        Assert.True(hub.Ota.Abort("porch").IsOk);
        await StateAsync(hub, 1, ProgramStates.Failed);
        await ReportConfirmedAsync(hub, device, 1);
        await StateAsync(hub, 1, ProgramStates.Probation);
    }

    /// <summary>Between two transactions the hub may be killed; each state that this leaves is made here, and the hub started on it twice.</summary>
    [Fact]
    public async Task Whenever_the_hub_is_killed_it_goes_on_where_it_stood_and_sends_nothing_twice()
    {
        await using (RunningHub hub = await StartAsync())
        {
            await hub.NewAsync("porch");
            Add(hub, Packages.Beat);
            Add(hub, Packages.Beat + "# two\n");
            Assert.True((await hub.Get<ProgramDeployer>().DeployAsync("porch", 1, Packages.Owner, CancellationToken.None)).IsOk);
            // The device's word was kept, and the hub killed before the program's own state was.
            hub.Sql("UPDATE ota_session SET state = 'confirmed' WHERE session = 1");
        }

        await using (RunningHub hub = await StartAsync())
        {
            await StateAsync(hub, 1, ProgramStates.Probation);
            Assert.True((await hub.Get<ProgramDeployer>().DeployAsync("porch", 2, Packages.Owner, CancellationToken.None)).IsOk);
            Assert.Equal(OtaStates.Offered, hub.Latest("porch").State);
        }

        for (int start = 0; start < 2; start++)
        {
            await using RunningHub hub = await StartAsync();
            Assert.Equal((ProgramStates.Deploying, 2), (State(hub, 2), hub.Ota.Status("porch", 9).Value.Count));
            // It was confirmed and condemned, and the way back was not begun.
            hub.Sql("UPDATE ota_session SET state = 'confirmed' WHERE session = 2");
            if (start == 1)
            {
                hub.Sql("UPDATE program_deployment SET state = 'condemned', code = 'program_unhealthy', reason = 'It stopped.', previous = 'porch@1' WHERE session = 2");
            }
            else
            {
                hub.Sql("UPDATE ota_session SET state = 'offered' WHERE session = 2");
            }
        }

        for (int start = 0; start < 2; start++)
        {
            await using RunningHub hub = await StartAsync();
            await Eventually.TrueAsync(() => hub.Ota.Status("porch", 9).Value.Count == 3, "the way back has begun");
            Assert.Equal(("porch@1", OtaStates.Offered), (hub.Latest("porch").Firmware, hub.Latest("porch").State));
            Assert.Equal(ProgramStates.RolledBack, hub.Get<DeploymentStore>().Find(2)!.State);
            Assert.Equal(ProgramStates.Deploying, hub.Get<DeploymentStore>().Find(3)!.State);
        }

        await using (RunningHub hub = await StartAsync())
        {
            hub.Ota.Abort("porch");
            await Eventually.TrueAsync(() => hub.Get<DeploymentStore>().Find(3)!.State == ProgramStates.Failed, "what somebody ended has failed");
            Assert.Equal(3, hub.Ota.Status("porch", 9).Value.Count);
        }
    }

    private Task<RunningHub> StartAsync(params string[] options) => RunningHub.StartAsync(_folder.Path, _port, options);

    private static Task<TestDevice> ConnectAsync(RunningHub hub) => hub.ConnectNewAsync("porch", options: new TestDeviceOptions { Kind = ImageKinds.MicroPythonApp });

    // The gates have tests of their own; what they said of these programs is written down here.
    private static void Add(RunningHub hub, string source) => hub.Get<ProgramStore>().Add("porch", Packages.Content(source), "test", "because");

    private static string State(RunningHub hub, long version) => hub.Get<ProgramService>().Show("porch", version).Value.State;

    private static Task StateAsync(RunningHub hub, long version, string state) => Eventually.TrueAsync(() => State(hub, version) == state, $"porch@{version} is {state}");

    private static async Task DeployAsync(RunningHub hub, TestDevice device, long version)
    {
        await SendAsync(hub, device, version);
        await ReportConfirmedAsync(hub, device, version);
    }

    private static async Task SendAsync(RunningHub hub, TestDevice device, long version)
    {
        Result<OtaView> begun = await hub.Get<ProgramDeployer>().DeployAsync("porch", version, Packages.Owner, CancellationToken.None);
        Assert.True(begun.IsOk, begun.Error?.Message);
        await AppliedAsync(hub, device, version);
    }

    private static async Task ConfirmAsync(RunningHub hub, TestDevice device, long version)
    {
        await AppliedAsync(hub, device, version);
        await ReportConfirmedAsync(hub, device, version);
    }

    private static async Task AppliedAsync(RunningHub hub, TestDevice device, long version)
    {
        await Eventually.TrueAsync(() => hub.Latest("porch") is { State: OtaStates.Complete } latest && latest.Firmware == $"porch@{version}" && latest.Session == device.Session, $"porch@{version} was delivered");
        await device.RebootAsync();
        await device.ReportAsync(OtaStates.Applying, "", "", "porch", $"{version}", Verified(hub, device.Offered!).Sequence);
    }

    private static Task ReportConfirmedAsync(RunningHub hub, TestDevice device, long version) =>
        device.ReportAsync(OtaStates.Confirmed, "", "", "porch", $"{version}", Verified(hub, device.Offered!).Sequence);

    private static Manifest Verified(RunningHub hub, Offer offer)
    {
        Assert.Equal(Hex.Encode(hub.Get<HubKey>().Key.PublicKey), offer.Publisher);
        Assert.True(Ed25519Key.Verify(hub.Get<HubKey>().Key.PublicKey, Base64Url.Decode(offer.Manifest)!, Base64Url.Decode(offer.Signature)!));
        return Transfer.Read(1, offer.Manifest, Limits.ChunkBytesMin, out _)!.Manifest;
    }
}
