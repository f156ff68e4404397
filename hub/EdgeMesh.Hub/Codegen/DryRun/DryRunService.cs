using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Bytecode;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Tries programs out on the real interpreter, in virtual time, in a sandbox of their own, and reports what they did.</summary>
public sealed class DryRunService(DryRunOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Largest program, in bytes.</summary>
    public const int SourceBytesMax = 64 * 1024;

    private const int StderrShown = 300;

    // The worker looks at its own clock and reports what it has; the deadline is for what never comes back to look.
    private const double OwnShareOfDeadline = 0.8;

    // Well before the sandbox ends one that nobody used.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(Sandbox.LifetimeS / 2.0);

    private readonly Lock _lock = new();
    private readonly Queue<Task<Result<SandboxWorker>>> _warm = new();
    private Result<WorkerSource>? _source;
    private bool _disposed;

    /// <summary>Whether programs can be tried out here: starts a worker, which stays ready where warm ones are kept.</summary>
    /// <returns>True, or <c>sandbox_unavailable</c> with the cause.</returns>
    public async Task<Result<bool>> CheckAsync()
    {
        Result<SandboxWorker> worker = await TakeAsync().ConfigureAwait(false);
        if (!worker.IsOk)
        {
            return worker.Error!;
        }

        await worker.Value.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits until as many workers are ready as are kept.</summary>
    public async Task<Result<bool>> WarmAsync()
    {
        Refill();
        Task<Result<SandboxWorker>>[] starting;
        lock (_lock)
        {
            starting = [.. _warm];
        }

        foreach (Task<Result<SandboxWorker>> start in starting)
        {
            Result<SandboxWorker> worker = await start.ConfigureAwait(false);
            if (!worker.IsOk)
            {
                return worker.Error!;
            }
        }

        return true;
    }

    /// <summary>Runs a program through a scenario.</summary>
    /// <param name="source">The program.</param>
    /// <param name="scenario">What happens around it; checked here.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>What it did, be it good or bad; <c>sandbox_unavailable</c> or <c>invalid_argument</c> where it was not run.</returns>
    public async Task<Result<BehaviourReport>> RunAsync(string source, Scenario scenario, CancellationToken cancellation)
    {
        Result<Scenario> checkedScenario = ScenarioCheck.Of(scenario);
        return checkedScenario.IsOk ? await WorkAsync(source, scenario, cancellation).ConfigureAwait(false) : checkedScenario.Error!;
    }

    /// <summary>Compiles a program with the second compiler, and compares its bytecode with what the policy sees of the program. It is not run.</summary>
    /// <param name="source">The program.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>Whether they agree; <c>sandbox_unavailable</c> or <c>invalid_argument</c> where it was not compiled.</returns>
    public async Task<Result<BytecodeReport>> CompileAsync(string source, CancellationToken cancellation)
    {
        Result<BehaviourReport> report = await WorkAsync(source, null, cancellation).ConfigureAwait(false);
        return report.IsOk ? report.Value.Bytecode ?? new BytecodeReport(false, [report.Value.Verdict]) : report.Error!;
    }

    private async Task<Result<BehaviourReport>> WorkAsync(string source, Scenario? scenario, CancellationToken cancellation)
    {
        if (Encoding.UTF8.GetByteCount(source) is int bytes && bytes > SourceBytesMax)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The program has {bytes} bytes; {SourceBytesMax} are the most that a device is given.");
        }

        Result<SandboxWorker> taken = await TakeAsync().ConfigureAwait(false);
        if (!taken.IsOk)
        {
            return taken.Error!;
        }

        SandboxWorker worker = taken.Value;
        await using (worker.ConfigureAwait(false))
        {
            try
            {
                return await RunAsync(worker, source, scenario, cancellation).ConfigureAwait(false);
            }
            finally
            {
                // Not before: on a small machine the next one's start would slow this one's run.
                Refill();
            }
        }
    }

    /// <summary>Ends all workers.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        while (_warm.TryDequeue(out Task<Result<SandboxWorker>>? start))
        {
            await DropAsync(start).ConfigureAwait(false);
        }

        (_source is { IsOk: true } found ? found.Value : null)?.Dispose();
    }

    private async Task<Result<BehaviourReport>> RunAsync(SandboxWorker worker, string source, Scenario? scenario, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(options.Deadline, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        Job job = new(source, scenario, (int)(options.Deadline.TotalMilliseconds * OwnShareOfDeadline));
        string? answer = await worker.RunAsync(job, either.Token).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return answer is null ? await DiedAsync(worker, deadline.IsCancellationRequested).ConfigureAwait(false) : Read(source, answer);
    }

    private async Task<Result<SandboxWorker>> TakeAsync()
    {
        while (true)
        {
            Task<Result<SandboxWorker>>? start;
            lock (_lock)
            {
                _ = _warm.TryDequeue(out start);
            }

            if (start is null)
            {
                return await StartAsync().ConfigureAwait(false);
            }

            Result<SandboxWorker> worker = await start.ConfigureAwait(false);
            if (!worker.IsOk || (worker.Value.IsAlive && time.GetUtcNow() - worker.Value.Started < Fresh))
            {
                return worker;
            }

            await worker.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Refill()
    {
        lock (_lock)
        {
            while (!_disposed && _warm.Count < options.WarmWorkers)
            {
                _warm.Enqueue(Task.Run(StartAsync));
            }
        }
    }

    private async Task<Result<SandboxWorker>> StartAsync()
    {
        Result<WorkerSource> source;
        lock (_lock)
        {
            // What is missing may be installed meanwhile: only what was found is kept.
            source = _source is { IsOk: true } found ? found : WorkerSource.Find(options);
            _source = source;
        }

        return source.IsOk ? await SandboxWorker.StartAsync(source.Value, time).ConfigureAwait(false) : source.Error!;
    }

    private static async Task DropAsync(Task<Result<SandboxWorker>> start)
    {
        Result<SandboxWorker> worker = await start.ConfigureAwait(false);
        if (worker.IsOk)
        {
            await worker.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Result<BehaviourReport> Read(string source, string answer)
    {
        try
        {
            BehaviourReport report = JsonSerializer.Deserialize<BehaviourReport>(answer, ScenarioJson.Options)!;
            return report.Compiled is { } compiled ? report with { Compiled = null, Bytecode = Compare(source, compiled) } : report;
        }
        catch (JsonException problem)
        {
            return new Error(ErrorCodes.Internal, $"The dry run's report cannot be read; please report it with what follows: {problem.Message}");
        }
    }

    // Which names a program uses is the same under any policy.
    private static BytecodeReport Compare(string source, CompiledProgram compiled)
    {
        IReadOnlyList<Finding> findings = compiled.Mpy is { } mpy ? SecondOpinion.Compare(source, mpy, PolicyData.Shipped) : [SecondOpinion.NotCompiled(Printable.Of(compiled.Error ?? ""))];
        return new BytecodeReport(findings.Count == 0, [.. findings.Select(f => f.Message)]);
    }

    private async Task<BehaviourReport> DiedAsync(SandboxWorker worker, bool late)
    {
        if (late)
        {
            return new BehaviourReport(
                false, $"The program was ended after {options.DeadlineS} s of real time: it was busy in one step and never came back from it.", 0, DryRunEnds.Timeout);
        }

        await worker.DisposeAsync().ConfigureAwait(false);
        string errors = await worker.ErrorsAsync().ConfigureAwait(false);
        string said = Printable.Of(errors.Length > StderrShown ? errors[..StderrShown] : errors).Trim();
        bool memory = errors.Contains("memory", StringComparison.OrdinalIgnoreCase) || errors.Contains("allocation", StringComparison.OrdinalIgnoreCase);
        return memory
            ? new BehaviourReport(false, $"The program needed more memory than the sandbox has, and ended it. ({said})", 0, DryRunEnds.Memory)
            : new BehaviourReport(false, $"The program brought the sandbox's process to an end, or used all its processor time. ({said})", 0, DryRunEnds.Timeout);
    }

    private sealed record Job(string Source, Scenario? Scenario, int WallMs);
}
