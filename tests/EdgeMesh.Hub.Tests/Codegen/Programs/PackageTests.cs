using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Codegen.Programs;

/// <summary>A hub with its real database and sandbox, for tests that add devices of their own.</summary>
public sealed class ProgramHub : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    internal RunningHub Hub { get; private set; } = null!;

    public async Task InitializeAsync() => Hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), "--Programs:AutoApprove", "trusted", "--DryRun:WarmWorkers", "1");

    public async Task DisposeAsync()
    {
        await Hub.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>From a sentence to an approved package, and what is kept of one that is not.</summary>
public sealed class PackageTests(ProgramHub fixture) : IClassFixture<ProgramHub>
{
    private const string Thermometer = "read the DHT22 on pin 4 every 30 s and publish temperature and humidity";

    private RunningHub Hub => fixture.Hub;

    private ProgramService Programs => Hub.Get<ProgramService>();

    [Fact]
    public async Task A_sentence_becomes_a_package_with_its_evidence_that_waits_for_an_approval()
    {
        await Hub.NewAsync("porch");
        List<string> steps = [];
        using IDisposable listening = Hub.Get<HubEvents>().Subscribe<ProgramStep>(s => steps.Add(s.Text));
        ProgramView made = (await NewAsync("porch", Thermometer)).Value;
        Assert.Equal((1, ProgramStates.Ready, "template"), (made.Version, made.State, made.Content.Origin));
        Assert.True(made.Content.Report!.Ok);
        Assert.Contains(made.Content.Report.Publishes, p => p.Values?.TryGetProperty("humidity", out _) == true);
        Assert.All(made.Content.Report.Expectations, e => Assert.True(e.Met));
        Assert.Contains(made.Content.Wiring, w => w.Contains("data: GPIO 4", StringComparison.Ordinal));
        Assert.Contains("esp32", made.Content.BoardSource, StringComparison.Ordinal);
        Assert.InRange(steps.Count, 2, 10);
        Assert.Equal(ErrorCodes.ProgramNotApproved, (await DeployAsync("porch")).Error?.Code);

        ProgramView approved = Programs.Approve("porch", null, false, Packages.Owner).Value;
        ProgramEvent approval = Assert.Single(approved.Approvals);
        Assert.Equal((Packages.Owner.Actor, made.Sha256), (approval.Actor, approval.Sha256));
        Assert.Equal(ProgramStates.Approved, Programs.Show("porch", 1).Value.State);
        Assert.Equal(2, (await NewAsync("porch", Thermometer)).Value.Version);
        Assert.Equal(["created", "approved", "created"], Programs.History("porch").Value.Select(e => e.Kind));
        Assert.Equal(ProgramStates.Ready, Programs.List(null).Value.Single(p => p.Device == "porch").State);
    }

    [Theory]
    [InlineData("import os\n\n\ndef loop():\n    os.remove('main.py')\n", ErrorCodes.ProgramRefused, "module")]
    [InlineData("def loop(:\n    pass\n", ErrorCodes.ProgramRefused, "syntax")]
    [InlineData("import time\n\n\ndef loop():\n    time.sleep(1)\n    raise OSError(5)\n", ErrorCodes.DryRunFailed, "OSError")]
    public async Task What_a_gate_refused_is_kept_with_why_and_nobody_can_approve_or_send_it(string source, string code, string why)
    {
        string device = "refused-" + why.ToLowerInvariant();
        await Hub.NewAsync(device, "trusted");
        Hub.Get<ProgramStore>().Add(device, Packages.Content(Packages.Beat), "test", null);
        ProgramView edited = (await Programs.EditAsync(device, 1, source, [], Packages.Owner, CancellationToken.None)).Value;
        Assert.Equal((2, ProgramStates.Refused, code), (edited.Version, edited.State, edited.Content.GateCode));
        Assert.Contains(why, edited.Content.GateReason, StringComparison.Ordinal);
        Assert.Equal(1, edited.Content.Basis);
        Assert.Equal(ErrorCodes.ProgramRefused, Programs.Approve(device, 2, true, Packages.Owner).Error?.Code);
        Assert.Equal(ErrorCodes.ProgramRefused, (await DeployAsync(device)).Error?.Code);
        Assert.Equal(ErrorCodes.ProgramRefused, (await Hub.Get<ProgramDeployer>().RollbackAsync(device, 2, Packages.Owner, CancellationToken.None)).Error?.Code);
        // Not even a forged approval helps.
        Hub.Get<ProgramStore>().Record(Hub.Get<ProgramStore>().Find(device, 2).Value, ProgramStates.Approved, "mallory");
        Assert.Equal(ErrorCodes.ProgramRefused, (await DeployAsync(device)).Error?.Code);
        Assert.Empty(Hub.Ota.Status(device, 9).Value);
    }

    [Fact]
    public async Task It_is_approved_alone_only_where_its_type_is_named_and_every_gate_was_passed()
    {
        await Hub.NewAsync("alone", "trusted");
        Assert.Equal(ProgramStates.Approved, (await NewAsync("alone", "publish a sign of life every 10 s")).Value.State);
        ProgramService blind = WithoutSandbox();
        ProgramView untried = (await blind.NewAsync(new NewProgram("alone", Thermometer, null, []), Packages.Owner, CancellationToken.None)).Value;
        Assert.Equal(ProgramStates.Untried, untried.State);
        Assert.Equal(ErrorCodes.ProgramNotApproved, (await DeployAsync("alone")).Error?.Code);
        Assert.Equal(ErrorCodes.SandboxUnavailable, blind.Approve("alone", 2, false, Packages.Owner).Error?.Code);
        Assert.Equal(ProgramStates.Approved, blind.Approve("alone", 2, true, Packages.Owner).Value.State);
        Assert.Equal(ErrorCodes.SandboxUnavailable, Assert.Single(Programs.Show("alone", 2).Value.Approvals).Code);
        Assert.True((await DeployAsync("alone")).IsOk);
    }

    [Fact]
    public async Task What_is_kept_is_never_changed_or_removed_and_what_was_tampered_with_is_neither_shown_nor_sent()
    {
        await Hub.NewAsync("kept", "trusted");
        await NewAsync("kept", "publish a sign of life every 10 s");
        foreach (string change in (string[])
            ["UPDATE program SET package = '{}'", "UPDATE program SET version = 9 WHERE device = 'kept'", "DELETE FROM program", "UPDATE program_event SET actor = 'me' WHERE device = 'kept'", "DELETE FROM program_event"])
        {
            Assert.Contains("kept as they were", Assert.Throws<SqliteException>(() => Hub.Sql(change)).Message, StringComparison.Ordinal);
        }

        Hub.Sql("DROP TRIGGER program_stays; UPDATE program SET package = replace(package, '10000', '10') WHERE device = 'kept'");
        Assert.Equal(ErrorCodes.ProgramDamaged, Programs.Show("kept", 1).Error?.Code);
        Assert.Equal(ErrorCodes.ProgramDamaged, (await DeployAsync("kept")).Error?.Code);
        // Who mends the hash too has no approval for it.
        Hub.Sql($"UPDATE program SET sha256 = '{CodePackage.HashOf(ReadPackage("kept"))}' WHERE device = 'kept'");
        Assert.Equal(ErrorCodes.ProgramNotApproved, (await DeployAsync("kept")).Error?.Code);
        Assert.Empty(Hub.Ota.Status("kept", 9).Value);
    }

    [Fact]
    public async Task Bad_input_is_refused_with_its_code_and_nothing_is_kept_or_sent()
    {
        await using TestDevice nano = await Hub.ConnectNewAsync("nano");
        await Eventually.TrueAsync(() => Hub.Get<DeviceService>().Show("nano").Value.Info is not null, "its info is known");
        await Hub.NewAsync("bad");
        await Hub.NewAsync("stolen");
        await Hub.Get<DeviceService>().RevokeAsync("stolen", "", CancellationToken.None);
        ProgramStore store = Hub.Get<ProgramStore>();
        (string Code, Func<Task<Error?>> Try)[] tries =
        [
            (ErrorCodes.DeviceUnknown, async () => (await NewAsync("nobody", Thermometer)).Error),
            (ErrorCodes.DeviceRevoked, async () => (await NewAsync("stolen", Thermometer)).Error),
            (ErrorCodes.KindUnsupported, async () => (await NewAsync("nano", Thermometer)).Error),
            (ErrorCodes.RequestEmpty, async () => (await NewAsync("bad", " ")).Error),
            (ErrorCodes.RequestForbidden, async () => (await NewAsync("bad", "open a web server")).Error),
            (ErrorCodes.PinReserved, async () => (await NewAsync("bad", "read the DHT22 on pin 7 every 30 s")).Error),
            (ErrorCodes.PinConflict, async () => (await NewAsync("bad", "read the DHT22 on pin 4 every 30 s and blink an LED on pin 4 every second")).Error),
            (ErrorCodes.InvalidArgument, async () => (await NewAsync("bad", Thermometer, "esp99")).Error),
            (ErrorCodes.InvalidArgument, async () => (await NewAsync("bad", Thermometer, hosts: ["not a host"])).Error),
            (ErrorCodes.ProgramUnknown, async () => (await Programs.EditAsync("bad", null, Packages.Beat, [], Packages.Owner, CancellationToken.None)).Error),
            (ErrorCodes.ProgramUnknown, () => Task.FromResult(Programs.Approve("bad", 7, false, Packages.Owner).Error)),
            (ErrorCodes.ProgramUnknown, () => Task.FromResult(Programs.Show("bad", null).Error)),
            (ErrorCodes.DeviceUnknown, () => Task.FromResult(Programs.Show("nobody", null).Error)),
            (ErrorCodes.DeviceUnknown, () => Task.FromResult(Programs.History("nobody").Error)),
            (ErrorCodes.ProgramUnknown, async () => (await DeployAsync("bad")).Error),
            (ErrorCodes.ProgramUnknown, async () => (await Hub.Get<ProgramDeployer>().RollbackAsync("bad", null, Packages.Owner, CancellationToken.None)).Error),
        ];
        foreach ((string code, Func<Task<Error?>> attempt) in tries)
        {
            Assert.Equal(code, (await attempt())?.Code);
        }

        Assert.Empty(store.List("bad"));
        CodePackage package = store.Add("bad", Packages.Content(Packages.Beat), "test", "because");
        Assert.Equal(ErrorCodes.InvalidArgument, (await Programs.EditAsync("bad", 1, Packages.Beat, [], Packages.Owner, CancellationToken.None)).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Programs.EditAsync("bad", 1, new string('#', 70_000), [], Packages.Owner, CancellationToken.None)).Error?.Code);
        // A program for another type of device, and one that takes no such images.
        store.Add("bad", package.Content with { DeviceType = "other" }, "test", "because");
        Assert.Equal(ErrorCodes.DeviceTypeMismatch, (await DeployAsync("bad")).Error?.Code);
        store.Add("nano", package.Content, "test", "because");
        Assert.Equal(ErrorCodes.KindUnsupported, (await DeployAsync("nano")).Error?.Code);
        Assert.DoesNotContain(Hub.Ota.Status(null, 99).Value, u => u.Device is "bad" or "nano" or "stolen");
        Assert.Empty(Hub.Get<DeploymentStore>().Of("bad"));
    }

    [Fact]
    public async Task Programs_follow_a_device_to_its_new_name()
    {
        await Hub.NewAsync("before", "trusted");
        await NewAsync("before", "publish a sign of life every 10 s");
        await Hub.NewAsync("after", "trusted");
        await Hub.Get<DeviceService>().SucceedAsync("before", "after", CancellationToken.None);
        await Eventually.TrueAsync(() => Programs.Show("after", 1).IsOk, "the program is the new device's");
        Assert.Equal(["created", "approved"], Programs.History("after").Value.Select(e => e.Kind));
        Assert.True((await DeployAsync("after")).IsOk);
    }

    [Fact]
    public void A_type_of_device_has_its_own_policy_and_one_that_cannot_be_read_lets_nothing_through()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder.File("policy.yaml"), "hosts: [api.test]\n");
        ProgramOptions options = new() { Types = { ["caller"] = new() { Policy = folder.File("policy.yaml"), UsedPins = "4,16-17" }, ["lost"] = new() { Policy = folder.File("none.yaml") } } };
        DeviceRules rules = new(Options.Create(options));
        const string Calls = "import requests, time\n\n\ndef loop():\n    requests.get('http://api.test/x').close()\n    time.sleep(60)\n";
        Assert.True(EdgeMesh.MicroPython.Policy.ProgramPolicy.Judge(Calls, rules.PolicyOf("caller", "esp32", []).Value).Accepted);
        Assert.False(EdgeMesh.MicroPython.Policy.ProgramPolicy.Judge(Calls, rules.PolicyOf("other", "esp32", []).Value).Accepted);
        Assert.True(EdgeMesh.MicroPython.Policy.ProgramPolicy.Judge(Calls, rules.PolicyOf("other", "esp32", ["api.test"]).Value).Accepted);
        Assert.Equal([4, 16, 17], rules.PolicyOf("caller", "esp32", []).Value.UsedPins!.Order());
        Assert.Equal(ErrorCodes.InvalidArgument, rules.PolicyOf("lost", "esp32", []).Error?.Code);
    }

    private string ReadPackage(string device)
    {
        using SqliteConnection db = Hub.Get<EdgeMesh.Hub.Storage.Database>().Open();
        return Dapper.SqlMapper.QuerySingle<string>(db, "SELECT package FROM program WHERE device = @device", new { device });
    }

    private ProgramService WithoutSandbox() => new(
        Hub.Get<DeviceService>(), Hub.Get<IProgramGenerator>(), new ProgramGates(new DryRunService(new DryRunOptions { Node = "/no/such/node" }, TimeProvider.System)), Hub.Get<DeviceRules>(),
        Hub.Get<ProgramStore>(), Hub.Get<DeploymentStore>(), Hub.Get<HubEvents>());

    private Task<Result<ProgramView>> NewAsync(string device, string sentence, string? board = null, string[]? hosts = null) =>
        Programs.NewAsync(new NewProgram(device, sentence, board, hosts ?? []), Packages.Owner, CancellationToken.None);

    private Task<Result<OtaView>> DeployAsync(string device) => Hub.Get<ProgramDeployer>().DeployAsync(device, null, Packages.Owner, CancellationToken.None);
}
