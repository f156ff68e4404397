using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Hub.Tests.Codegen.Programs;

/// <summary>What becomes of programs when the world around them changes: the clock, the device behind an id, its name, its MicroPython, and who makes the next one.</summary>
public sealed class LifeTests(ProgramHub fixture) : IClassFixture<ProgramHub>
{
    private static readonly ProgramOptions Options = new() { ProbationS = 600, Tolerance = 3, SlackS = 30 };
    private static long s_session = 100_000;

    private RunningHub Hub => fixture.Hub;

    private ProgramService Programs => Hub.Get<ProgramService>();

    private ProgramDeployer Deployer => Hub.Get<ProgramDeployer>();

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public async Task A_step_of_the_wall_clock_neither_condemns_a_program_nor_ends_its_probation(int days)
    {
        string id = days > 0 ? "stepped-on" : "stepped-back";
        await using TestDevice device = await Hub.ConnectNewAsync(id, options: new TestDeviceOptions { Kind = ImageKinds.MicroPythonApp });
        Add(id, Beating());
        SteppedTime time = new();
        long session = Insert(id, 1, ProgramStates.Probation, until: time.GetUtcNow().AddSeconds(600).ToUnixTimeSeconds());
        ProgramFollower follower = Follower(time);
        follower.Begin();
        await follower.TakeAsync(null, CancellationToken.None);
        time.Step = TimeSpan.FromDays(days);
        time.Gone = TimeSpan.FromSeconds(32);
        await follower.TakeAsync(null, CancellationToken.None);
        Assert.Equal(ProgramStates.Probation, StateOf(session));
        // Patience is three seconds and thirty of a clock that goes on evenly.
        time.Gone = TimeSpan.FromSeconds(34);
        await follower.TakeAsync(null, CancellationToken.None);
        Assert.Contains("It published no beat for 34 s", Hub.Get<DeploymentStore>().Find(session)!.Reason, StringComparison.Ordinal);
    }

    /// <summary>All of it happens within a second or two, so that times in seconds alone could not tell the two devices apart.</summary>
    [Fact]
    public async Task What_was_approved_for_a_device_is_not_so_for_the_next_one_of_its_id()
    {
        await Hub.NewAsync("heir");
        Add("heir", Packages.Content(Packages.Beat));
        Add("heir", Packages.Content(Packages.Beat + "# two\n"));
        Insert("heir", 1, ProgramStates.Replaced);
        Insert("heir", 2, ProgramStates.Unhealthy);
        Assert.NotEqual("", Hub.Get<DeviceService>().Show("heir").Value.Note);
        Assert.True((await Hub.Get<DeviceService>().RemoveAsync("heir", CancellationToken.None)).IsOk);
        await Hub.NewAsync("heir");

        Error refused = (await Deployer.DeployAsync("heir", 2, Packages.Owner, CancellationToken.None)).Error!;
        Assert.Equal(ErrorCodes.ProgramNotApproved, refused.Code);
        Assert.Contains("before the device was added", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ProgramNotApproved, (await Deployer.RollbackAsync("heir", 1, Packages.Owner, CancellationToken.None)).Error?.Code);
        Assert.Equal(ErrorCodes.ProgramUnknown, (await Deployer.RollbackAsync("heir", null, Packages.Owner, CancellationToken.None)).Error?.Code);
        Assert.Equal(("", ProgramStates.Ready), (Hub.Get<DeviceService>().Show("heir").Value.Note, Programs.Show("heir", 2).Value.State));
        Assert.Contains(Programs.History("heir").Value, e => e.Kind == ProgramStates.Approved);

        Assert.Equal(ProgramStates.Approved, Programs.Approve("heir", 2, false, Packages.Owner).Value.State);
        Assert.True((await Deployer.DeployAsync("heir", 2, Packages.Owner, CancellationToken.None)).IsOk);
        Assert.Equal("", Assert.Single(Hub.Get<DeploymentStore>().Current("heir")).Previous);
    }

    [Fact]
    public async Task Nor_where_the_hub_was_killed_in_the_middle_of_the_removal()
    {
        using TempFolder folder = new();
        int port = BrokerHub.FreePort();
        string database;
        await using (RunningHub hub = await RunningHub.StartAsync(folder.Path, port))
        {
            await hub.NewAsync("heir");
            hub.Get<ProgramStore>().Add("heir", Packages.Content(Packages.Beat), "test", "because");
            database = hub.Get<Database>().File;
        }

        new Database(database).Change(db => db.Execute("DELETE FROM device WHERE id = 'heir'"));
        await using (RunningHub hub = await RunningHub.StartAsync(folder.Path, port))
        {
            await hub.NewAsync("heir");
            Error refused = (await hub.Get<ProgramDeployer>().DeployAsync("heir", 1, Packages.Owner, CancellationToken.None)).Error!;
            Assert.Equal(ErrorCodes.ProgramNotApproved, refused.Code);
        }
    }

    [Fact]
    public async Task A_program_for_another_board_than_the_device_says_it_is_is_not_sent()
    {
        await Hub.NewAsync("board");
        Add("board", Packages.Content(Packages.Beat));
        Hub.Sql("""UPDATE device SET info = '{"board":"esp32-c3"}' WHERE id = 'board'""");
        Error refused = (await Deployer.DeployAsync("board", 1, Packages.Owner, CancellationToken.None)).Error!;
        Assert.Equal(ErrorCodes.DeviceTypeMismatch, refused.Code);
        Assert.Contains("esp32-c3", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Hub.Ota.Status("board", 9).Value);
        Hub.Sql("""UPDATE device SET info = '{"board":"esp32","kinds":["micropython-app"],"slot_bytes":65536,"chunk_bytes":4096}' WHERE id = 'board'""");
        Assert.Null((await Deployer.DeployAsync("board", 1, Packages.Owner, CancellationToken.None)).Error);
    }

    [Theory]
    [InlineData(ImageKinds.Esp32Image, ProgramStates.Healthy)]
    [InlineData(ImageKinds.MicroPythonApp, ProgramStates.Replaced)]
    public async Task An_update_of_MicroPython_itself_leaves_the_program_where_it_is(string kind, string state)
    {
        string id = "slot-" + kind;
        await Hub.NewAsync(id);
        Add(id, Packages.Content(Packages.Beat));
        long session = Insert(id, 1, ProgramStates.Healthy);
        using MemoryStream image = new([0xE9, 1, 2, 3]);
        Assert.True((await Hub.Get<FirmwareService>().AddAsync(image, new FirmwareDescription(kind, "1", "test", kind), CancellationToken.None)).IsOk);
        OtaView begun = Hub.Ota.Start(id, kind, "1").Value;
        await Follower(TimeProvider.System).TakeAsync(new OtaProgress(begun with { State = OtaStates.Confirmed }, true), CancellationToken.None);
        Assert.Equal(state, StateOf(session));
    }

    [Theory]
    [InlineData("mqtt:operator")]
    [InlineData("tool:root")]
    public async Task What_no_person_made_is_approved_by_its_version_alone(string maker)
    {
        string id = maker.Replace(':', '-');
        await Hub.NewAsync(id);
        ProgramStore store = Hub.Get<ProgramStore>();
        store.Add(id, Packages.Content(Packages.Beat), Packages.Owner.Actor, null);
        Assert.True(Programs.Approve(id, null, false, Packages.Owner).IsOk);
        store.Add(id, Packages.Content(Packages.Beat + "# not read\n"), maker, null);
        Error refused = Programs.Approve(id, null, false, Packages.Owner).Error!;
        Assert.Equal(ErrorCodes.ProgramNotApproved, refused.Code);
        Assert.Contains($"{maker} made it", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"edgemesh program approve {id}@2", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Programs.Show(id, 2).Value.Approvals);
        Assert.Equal(ProgramStates.Approved, Programs.Approve(id, 2, false, Packages.Owner).Value.State);
    }

    [Fact]
    public async Task The_way_back_from_a_program_is_there_after_a_rename_too()
    {
        await Hub.NewAsync("gate");
        Add("gate", Packages.Content(Packages.Beat));
        Add("gate", Packages.Content(Packages.Beat + "# two\n"));
        Insert("gate", 1, ProgramStates.Replaced);
        long bad = Insert("gate", 2, ProgramStates.Condemned, previous: "gate@1");
        await Hub.NewAsync("portal");
        await Hub.Get<DeviceService>().SucceedAsync("gate", "portal", CancellationToken.None);
        await Eventually.TrueAsync(() => Hub.Ota.Status("portal", 9).Value.Any(u => u.Firmware == "portal@1"), "the way back has begun");
        Assert.Equal(ProgramStates.RolledBack, StateOf(bad));
        Assert.Equal(("portal@1", "portal"), (Hub.Get<DeploymentStore>().Find(bad)!.Previous, Hub.Get<DeploymentStore>().Find(bad)!.Device));
    }

    [Fact]
    public async Task What_cannot_follow_a_device_to_an_id_that_had_programs_is_ended_and_gets_no_approval_of_theirs()
    {
        await Hub.NewAsync("taken");
        Add("taken", Packages.Content(Packages.Beat));
        await Hub.Get<DeviceService>().RemoveAsync("taken", CancellationToken.None);
        await Hub.NewAsync("mover");
        Add("mover", Packages.Content(Packages.Beat + "# mover\n"));
        long watched = Insert("mover", 1, ProgramStates.Probation, until: DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds());
        await Hub.NewAsync("taken");
        await Hub.Get<DeviceService>().SucceedAsync("mover", "taken", CancellationToken.None);
        await Eventually.TrueAsync(() => StateOf(watched) == ProgramStates.Failed, "nobody watches what has no device");
        Assert.Contains("goes on as taken", Hub.Get<DeploymentStore>().Find(watched)!.Reason, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ProgramNotApproved, (await Deployer.DeployAsync("taken", 1, Packages.Owner, CancellationToken.None)).Error?.Code);
    }

    private string StateOf(long session) => Hub.Get<DeploymentStore>().Find(session)!.State;

    private void Add(string id, PackageContent content) => Hub.Get<ProgramStore>().Add(id, content, "test", "because");

    // What updates leave behind, written down.
    private long Insert(string id, long version, string state, string previous = "", long until = 0)
    {
        long session = Interlocked.Increment(ref s_session);
        Hub.Sql(
            $"""
            INSERT INTO program_deployment (session, device, version, manifest, signature, previous, state, reason, until, created)
            SELECT {session}, '{id}', {version}, '', '', '{previous}', '{state}', 'It stopped.', {until}, max(time) FROM program_event WHERE device = '{id}'
            """);
        return session;
    }

    // Told by the test alone, beside the hub's own, which does not know these deployments.
    private ProgramFollower Follower(TimeProvider time) => new(
        Hub.Get<ProgramStore>(), Hub.Get<DeploymentStore>(), Deployer, Hub.Ota, Hub.Get<DeviceGateway>(), Hub.Get<AuditLog>(), Options, time, NullLogger.Instance);

    private static PackageContent Beating()
    {
        JsonElement values = JsonDocument.Parse("""{"beat":1}""").RootElement;
        BehaviourReport report = new(true, "", 10, DryRunEnds.Duration)
        {
            Publishes = [.. Enumerable.Range(1, 9).Select(t => new PublishedMessage(t, "telemetry", true) { Values = values })],
        };
        return Packages.Content(Packages.Beat, new Scenario(10)) with { Report = report };
    }

    /// <summary>A wall clock that may be set, over one that goes on evenly.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

        internal TimeSpan Step { get; set; }

        internal TimeSpan Gone { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _start + Gone + Step;

        public override long GetTimestamp() => Gone.Ticks;
    }
}
