using System.Diagnostics;
using System.Text.Json;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;

namespace EdgeMesh.Cli.Tests;

/// <summary><c>ota start --wait</c>, told of an update's course by the hub's own event stream.</summary>
[Collection("hub")]
public sealed class OtaWaitTests(RunningHub hub)
{
    private const long Size = 40_960;

    [Fact]
    public async Task A_line_is_written_for_each_state_and_every_ten_percent_until_it_is_confirmed()
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-ok");
        for (int percent = 0; percent <= 100; percent++)
        {
            Tell(view with { State = OtaStates.Transferring, Percent = percent, Bytes = Size * percent / 100 });
        }

        Tell(view with { State = OtaStates.Verifying, Percent = 100, Bytes = Size / 2 });
        Tell(view with { State = OtaStates.Applying, Percent = 100, Bytes = Size });
        Tell(view with { State = OtaStates.Confirmed, Percent = 100, Bytes = Size });
        Ran ran = await waiting;

        Assert.Equal(ExitCodes.Ok, ran.ExitCode);
        Assert.Empty(ran.Stderr);
        Assert.Equal(
            [
                .. Enumerable.Range(0, 11).Select(tenth => $"wait-ok: wait-ok@1.0.0 transferring {tenth * 10} %, {(tenth == 0 ? "0 B" : $"{tenth * 4}.0 KiB")} of 40.0 KiB"),
                "wait-ok: wait-ok@1.0.0 verifying 50 %, 20.0 KiB of 40.0 KiB",
                "wait-ok: wait-ok@1.0.0 applying",
                "wait-ok: wait-ok@1.0.0 confirmed",
                "wait-ok runs wait-ok@1.0.0.",
            ],
            ran.Lines.Where(line => !line.Contains("offered")));
    }

    [Fact]
    public async Task What_it_waits_for_is_told()
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-cause");
        Tell(view with { State = OtaStates.Transferring, Percent = 12, Waiting = "the device is asleep" });
        Tell(view with { State = OtaStates.Confirmed, Percent = 100 });
        Assert.Contains((await waiting).Lines, line => line.EndsWith(", waiting: the device is asleep", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bar_takes_whatever_a_device_says_as_text()
    {
        StringWriter stdout = new();
        OtaView view = new(1, "bar", "bar@1", OtaStates.Transferring, 50, Size / 2, Size, "[red]what[/", "", "", 0, 0);
        await OtaDisplay.RunAsync(new Output(stdout, stdout, json: false, terminal: true), show =>
        {
            show(view);
            show(view with { State = OtaStates.Applying, Percent = 100, Waiting = "" });
            show(view with { State = OtaStates.RolledBack, Reason = "\u001b]0;owned\u0007 [/]", Code = "crash_loop" });
            return Task.FromResult(0);
        });
        Assert.DoesNotContain("\u001b]0", stdout.ToString());
        Assert.Contains("bar: rolled_back", stdout.ToString());
    }

    [Theory]
    [InlineData(OtaStates.RolledBack, ErrorCodes.CrashLoop, ExitCodes.UpdateFailed)]
    [InlineData(OtaStates.Failed, ErrorCodes.ChunkAckTimeout, ExitCodes.UpdateFailed)]
    [InlineData(OtaStates.Rejected, ErrorCodes.ImageTooLarge, ExitCodes.Refused)]
    public async Task An_update_that_did_not_stay_is_an_error_with_its_cause(string state, string code, int exitCode)
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-" + state);
        Tell(view with { State = state, Code = code, Reason = "ValueError: pin 99" });
        Ran ran = (await waiting).MustFail(exitCode, code);
        Assert.Contains("ValueError: pin 99", ran.Stderr);
        Assert.DoesNotContain("runs", ran.Stdout);
    }

    [Fact]
    public async Task A_devices_words_cannot_steer_the_terminal()
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-hostile");
        Tell(view with { State = OtaStates.RolledBack, Code = ErrorCodes.CrashLoop, Reason = "\u001b]0;owned\u0007\nerror: [red]boo[/]" });
        Ran ran = (await waiting).MustFail(ExitCodes.UpdateFailed, ErrorCodes.CrashLoop);
        Assert.DoesNotContain('\u001b', ran.Stdout + ran.Stderr);
        Assert.Contains("[red]boo[/]", ran.Stderr);
    }

    [Fact]
    public async Task As_json_each_event_is_a_line_and_the_last_is_the_outcome()
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-json", "--json");
        Tell(view with { Session = view.Session + 1000, State = OtaStates.Confirmed });
        Tell(view with { State = OtaStates.Transferring, Percent = 5 });
        Tell(view with { State = OtaStates.RolledBack, Code = ErrorCodes.CrashLoop, Reason = "boom" });
        Ran ran = (await waiting).MustFail(ExitCodes.UpdateFailed, ErrorCodes.CrashLoop);

        Assert.All(ran.JsonLines[..^1], line => Assert.Equal("ota-progress", line.GetProperty("event").GetString()));
        Assert.All(ran.JsonLines, line => Assert.Equal(view.Session, line.GetProperty("data").GetProperty("session").GetInt64()));
        Assert.Contains(ran.JsonLines, line => line.GetProperty("data").GetProperty("percent").GetInt32() == 5);
        Assert.Equal("ota-outcome", ran.JsonLines[^1].GetProperty("event").GetString());
        Assert.Equal("rolled_back", ran.JsonLines[^1].GetProperty("data").GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_wait_ends_in_time_and_the_update_goes_on()
    {
        string name = await hub.AddDeviceAndFirmwareAsync("wait-late");
        Ran ran = (await hub.RunAsync("ota", "start", name, name, "--wait", "--timeout", "0.5s", "--json")).MustFail(ExitCodes.Timeout, ErrorCodes.WaitTimeout);
        Assert.Equal(ErrorCodes.WaitTimeout, ran.JsonLines[^1].GetProperty("code").GetString());
        Assert.Equal("offered", (await UpdateOfAsync(name))!.State);
    }

    [Fact]
    public async Task Interrupted_it_says_so_by_its_exit_code_and_the_update_goes_on()
    {
        string name = await hub.AddDeviceAndFirmwareAsync("wait-break");
        using CancellationTokenSource interrupt = new();
        Task<Ran> waiting = Ran.Of(["ota", "start", name, name, "--wait", "--socket", hub.Socket], interrupt.Token);
        await RunningHub.EventuallyAsync(async () => await UpdateOfAsync(name) is not null, "the update has begun");
        await interrupt.CancelAsync();
        Ran ran = await waiting;
        Assert.Equal(ExitCodes.Interrupted, ran.ExitCode);
        Assert.Contains($"edgemesh ota abort {name}", ran.Stderr);
        Assert.Equal("offered", (await UpdateOfAsync(name))!.State);
    }

    [Fact]
    public async Task The_wait_outlives_a_restart_of_the_hub()
    {
        (Task<Ran> waiting, OtaView view) = await StartAsync("wait-restart");
        Stopwatch stopping = Stopwatch.StartNew();
        await hub.StopAsync();
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(20), $"The hub waited {stopping.Elapsed} for a reader of its events.");
        await hub.StartAsync();
        await hub.MustAsync("ota", "abort", view.Device);
        (await waiting).MustFail(ExitCodes.UpdateFailed, ErrorCodes.Aborted);
    }

    private void Tell(OtaView view) => hub.Publish(view);

    private async Task<(Task<Ran> Waiting, OtaView View)> StartAsync(string name, params string[] more)
    {
        await hub.AddDeviceAndFirmwareAsync(name);
        Task<Ran> waiting = hub.RunAsync(["ota", "start", name, name, "--wait", .. more]);
        OtaView? view = null;
        await RunningHub.EventuallyAsync(async () => (view = await UpdateOfAsync(name)) is not null, "the update has begun");
        return (waiting, view! with { Size = Size, Waiting = "" });
    }

    private async Task<OtaView?> UpdateOfAsync(string device) =>
        (await hub.MustAsync("ota", "status", device, "--json")).Json.Deserialize<OtaView[]>(Operation.Json)!.FirstOrDefault();
}
