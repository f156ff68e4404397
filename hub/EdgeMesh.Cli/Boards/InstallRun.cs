using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Boards;

/// <summary>An <see cref="Installation"/> being carried out.</summary>
internal sealed class InstallRun
{
    // A board takes a second or two to boot, and its USB port as long to come back.
    private static readonly TimeSpan BootPause = TimeSpan.FromSeconds(2);
    private const int BootTries = 10;

    private readonly Installation _installation;
    private readonly Mpremote _mpremote;
    private readonly Output _output;
    private readonly CancellationToken _cancellation;
    private int _step;

    private InstallRun(Installation installation, Mpremote mpremote, Output output, CancellationToken cancellation)
    {
        _installation = installation;
        _mpremote = mpremote;
        _output = output;
        _cancellation = cancellation;
    }

    /// <summary>Carries it out, with the agent's files in a folder that is there as long; gives the exit code.</summary>
    internal static async Task<int> StartAsync(Installation planned, Output output, CancellationToken cancellation)
    {
        Result<Mpremote> mpremote = Mpremote.Find();
        if (!mpremote.IsOk)
        {
            return output.Fail(mpremote.Error!);
        }

        if (planned.Settings is { } settings && DeviceSettings.IsOpen(settings))
        {
            DeviceSettings.Close(settings);
            output.Hint($"{settings} holds a secret, and others could read it: it is for your account alone now.");
        }

        string folder = Directory.CreateTempSubdirectory("edgemesh-agent-").FullName;
        try
        {
            AgentFiles.WriteTo(folder);
            return await new InstallRun(planned with { Folder = folder }, mpremote.Value, output, cancellation).RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync()
    {
        Error? failure = await CheckAsync().ConfigureAwait(false)
            ?? (await DoAsync(_installation.Clear).ConfigureAwait(false)).Error
            ?? await AwaitBootAsync().ConfigureAwait(false)
            ?? (await DoAsync(_installation.Copy).ConfigureAwait(false)).Error
            ?? (_installation.Configure is { } configure ? (await DoAsync(configure).ConfigureAwait(false)).Error : null)
            ?? (await DoAsync(_installation.Start).ConfigureAwait(false)).Error;
        if (failure is not null)
        {
            return _output.Fail(failure.Code == ErrorCodes.BoardUnavailable
                ? new Error(failure.Code, $"{failure.Message.TrimEnd('.')}. Nothing of the agent starts before the last step; see to the port ({_installation.Port}) and run it again.")
                : failure);
        }

        if (_output.Json)
        {
            _output.WriteDocument(new JsonObject { ["port"] = _installation.Port, ["files"] = AgentFiles.Paths.Count, ["settings"] = _installation.Settings is null ? null : _installation.SettingsName });
            return ExitCodes.Ok;
        }

        _output.WriteLine($"The agent is on the board at {_installation.Port} and starts now.");
        if (_installation.Settings is null)
        {
            _output.Hint("Without its settings it stays at the prompt, unless they were there before: install again with --config or --enroll.");
        }

        return ExitCodes.Ok;
    }

    private async Task<Error?> CheckAsync()
    {
        Result<string[]> printed = await DoAsync(_installation.Check).ConfigureAwait(false);
        if (!printed.IsOk)
        {
            return printed.Error;
        }

        BoardFacts? facts = printed.Value.Select(BoardFacts.Read).LastOrDefault(read => read is not null);
        return facts is null
            ? new Error(ErrorCodes.BoardUnavailable, "The board did not say what it is; is MicroPython on it?")
            : facts.Unsuitable(AgentFiles.Bytes);
    }

    private async Task<Error?> AwaitBootAsync()
    {
        for (int tries = 1; ; tries++)
        {
            await Task.Delay(BootPause, TimeProvider.System, _cancellation).ConfigureAwait(false);
            Result<string[]> answer = await _mpremote.RunAsync(_installation.Check, _ => { }, _cancellation).ConfigureAwait(false);
            if (answer.IsOk || tries == BootTries)
            {
                return answer.Error;
            }
        }
    }

    // Of what mpremote prints, the files on their way are shown.
    private Task<Result<string[]>> DoAsync(BoardStep step)
    {
        int steps = _installation.Steps.Count, files = AgentFiles.Paths.Count - 1, file = 0;
        _output.Hint($"[{++_step}/{steps}] {step.Title}");
        return _mpremote.RunAsync(step, line =>
        {
            if (step.Title == _installation.Copy.Title && line.StartsWith("cp ", StringComparison.Ordinal))
            {
                _output.Hint($"[{_step}/{steps}] {Math.Min(++file, files)}/{files} {line[(line.LastIndexOf(' ') + 1)..].TrimStart(':')}");
            }
        }, _cancellation);
    }
}
