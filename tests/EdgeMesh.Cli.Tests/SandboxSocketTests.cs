using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Tests;

/// <summary>The sandbox as a unit of its own: the real <c>edgemesh sandbox-worker</c>, a process a connection, behind a real socket.</summary>
public sealed class SandboxSocketTests : IDisposable
{
    private const string Beacon = "import time, edgemesh\ndef loop():\n    edgemesh.publish(beat=1)\n    time.sleep(10)\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-test-").FullName;
    private readonly List<Process> _units = [];
    private readonly ConcurrentQueue<string> _journal = [];

    private string Socket => Path.Combine(_folder, "sandbox.sock");

    public void Dispose()
    {
        foreach (Process unit in _units)
        {
            unit.Kill(entireProcessTree: true);
            unit.WaitForExit();
            unit.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListenAsync(params (string Name, string Value)[] environment)
    {
        string cli = Path.Combine(AppContext.BaseDirectory, "edgemesh.dll");
        ProcessStartInfo start = new("node", [Path.Combine(AppContext.BaseDirectory, "accept.mjs"), Socket, "dotnet", cli, "sandbox-worker"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process unit = new() { StartInfo = start };
        unit.OutputDataReceived += (_, line) => _journal.Enqueue(line.Data ?? "");
        unit.ErrorDataReceived += (_, line) => _journal.Enqueue(line.Data ?? "");
        unit.Start();
        _units.Add(unit);
        unit.BeginOutputReadLine();
        unit.BeginErrorReadLine();
        await RunningHub.EventuallyAsync(() => Task.FromResult(_journal.Contains("listening")), "the unit listens");
    }

    private DryRunService Service(int deadlineS = 30, int warm = 0) => new(new DryRunOptions { Socket = Socket, DeadlineS = deadlineS, WarmWorkers = warm }, TimeProvider.System);

    private static Task<Result<BehaviourReport>> RunAsync(DryRunService service, string program) => service.RunAsync(program, new Scenario(60), CancellationToken.None);

    private int Ended => _journal.Count(line => line.StartsWith("ended ", StringComparison.Ordinal));

    [Fact]
    public async Task A_program_is_tried_out_by_a_process_of_the_unit_which_ends_with_it()
    {
        await ListenAsync();
        await using DryRunService service = Service(warm: 1);
        Assert.True((await service.WarmAsync()).IsOk, string.Join('\n', _journal));
        Result<BehaviourReport> report = await RunAsync(service, Beacon);
        Assert.True(report.IsOk, $"{report.Error?.Message}\n{string.Join('\n', _journal)}");
        Assert.True(report.Value.Ok);
        Assert.Equal(6, report.Value.Publishes.Count);
        await RunningHub.EventuallyAsync(() => Task.FromResult(Ended == 1), "the worker has ended");
        Assert.DoesNotContain(_journal, line => line.StartsWith("ended ", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_never_comes_back_is_ended_by_the_hub_and_nothing_of_it_is_left()
    {
        await ListenAsync();
        await using DryRunService service = Service(deadlineS: 2);
        Result<BehaviourReport> report = await RunAsync(service, "def loop():\n    3 ** 100000000\n");
        Assert.True(report.IsOk, report.Error?.Message);
        Assert.Equal(DryRunEnds.Timeout, report.Value.Ended);
        await RunningHub.EventuallyAsync(() => Task.FromResult(Ended == 1), "the worker has ended");
    }

    [Fact]
    public async Task A_unit_that_has_no_sandbox_says_why()
    {
        await ListenAsync(("EDGEMESH_DryRun__Node", "no-such-node"));
        await using DryRunService service = Service();
        Error? error = (await RunAsync(service, Beacon)).Error;
        Assert.Equal(ErrorCodes.SandboxUnavailable, error?.Code);
        Assert.Contains("no-such-node is not on this machine", error!.Message);
    }

    [Fact]
    public async Task Without_the_unit_no_program_is_tried_out_and_the_error_says_how_to_start_it()
    {
        await using DryRunService service = Service();
        Error? error = (await RunAsync(service, Beacon)).Error;
        Assert.Equal(ErrorCodes.SandboxUnavailable, error?.Code);
        Assert.Contains($"DryRun:Socket is {Socket}, and there is no socket", error!.Message);
        Assert.Contains("systemctl enable --now edgemesh-sandbox.socket", error.Message);
    }

    [Fact]
    public async Task A_connection_that_is_closed_without_a_word_is_no_sandbox()
    {
        using System.Net.Sockets.Socket full = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        full.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Socket));
        full.Listen();
        Task closing = full.AcceptAsync().ContinueWith(accepted => accepted.Result.Dispose(), TaskScheduler.Default);
        await using DryRunService service = Service();
        Error? error = (await RunAsync(service, Beacon)).Error;
        await closing;
        Assert.Equal(ErrorCodes.SandboxUnavailable, error?.Code);
        Assert.Contains("too many workers at once", error!.Message);
    }

    [Fact]
    public async Task Typed_by_hand_the_unit_s_verb_says_whose_it_is() => (await Ran.Of(["sandbox-worker"])).MustFail(ExitCodes.Usage, "invalid_argument");
}
