using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;
using TemplateBoard = EdgeMesh.Hub.Codegen.Templates.Board;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>What a program is to be made of.</summary>
/// <param name="Device">The device.</param>
/// <param name="Description">What it should do, in a person's words.</param>
/// <param name="Board">The board, where the device does not say; null for the usual one.</param>
/// <param name="Hosts">Hosts that this program may talk to beside those of the policy.</param>
public sealed record NewProgram(string Device, string Description, string? Board, IReadOnlyList<string> Hosts);

/// <summary>Makes packages: a sentence or a person's edit goes through the gates and is kept, whatever they say. Nothing here reaches a device.</summary>
public sealed class ProgramService(
    DeviceService devices, IProgramGenerator generator, ProgramGates gates, DeviceRules rules, ProgramStore store, DeploymentStore deployments, HubEvents events)
{
    private const int HostsMax = 16;

    /// <summary>Writes a program and keeps it, with what the gates said, as the device's next version.</summary>
    /// <returns>The program; where no draft could be made of the description, why and what to do. Then nothing is kept.</returns>
    public async Task<Result<ProgramView>> NewAsync(NewProgram wanted, Caller caller, CancellationToken cancellation)
    {
        Result<DeviceView> device = Able(wanted.Device);
        Result<(TemplateBoard Board, string Why)> board = device.IsOk ? DeviceRules.BoardOf(device.Value, wanted.Board) : device.Error!;
        if (!board.IsOk || HostProblem(wanted.Hosts) is not null)
        {
            return board.Error ?? HostProblem(wanted.Hosts)!;
        }

        Result<PolicyOptions> policy = rules.PolicyOf(device.Value.Type, board.Value.Board.Name, wanted.Hosts);
        if (!policy.IsOk)
        {
            return policy.Error!;
        }

        Steps steps = new(events, wanted.Device);
        ProgramRequest request = new(wanted.Device, device.Value.Type, board.Value.Board, wanted.Description)
        {
            Capabilities = OtaCapabilities(device.Value), PreviousSource = Running(wanted.Device)?.Content.Source, UsedPins = rules.UsedPins(device.Value.Type),
        };
        Result<ProgramDraft> draft = await generator.GenerateAsync(request, steps, cancellation).ConfigureAwait(false);
        if (!draft.IsOk)
        {
            return draft.Error!;
        }

        ProgramDraft d = draft.Value;
        PackageContent content = new()
        {
            DeviceType = device.Value.Type, Board = board.Value.Board.Name, BoardSource = board.Value.Why, Source = d.Source, Request = wanted.Description, Origin = d.Origin,
            Summary = d.Summary, Wiring = d.Wiring, Templates = d.Templates, Model = d.Model, PromptSha256 = d.PromptSha256, Rounds = d.Rounds, Hosts = wanted.Hosts,
            Scenario = d.Scenario ?? ProgramGates.Uneventful(board.Value.Board.Name), Gate = Gates.Untried,
        };
        return await JudgeAsync(wanted.Device, content, policy.Value, steps, caller, cancellation).ConfigureAwait(false);
    }

    /// <summary>Keeps what a person made of a version as the next one; it goes through the same gates and the same scenario.</summary>
    /// <param name="device">The device.</param>
    /// <param name="version">The version that was edited; null for the newest.</param>
    /// <param name="source">The program now.</param>
    /// <param name="hosts">Hosts that it may talk to beside those that the edited one may.</param>
    /// <param name="caller">Who edited it.</param>
    /// <param name="cancellation">Ends the dry run; nothing is kept then.</param>
    public async Task<Result<ProgramView>> EditAsync(string device, long? version, string source, IReadOnlyList<string> hosts, Caller caller, CancellationToken cancellation)
    {
        Result<DeviceView> known = Able(device);
        Result<CodePackage> basis = known.IsOk ? store.Find(device, version) : known.Error!;
        if (!basis.IsOk)
        {
            return basis.Error!;
        }

        PackageContent before = basis.Value.Content;
        string[] allowed = [.. before.Hosts.Union(hosts)];
        if (HostProblem(allowed) is { } wrong)
        {
            return wrong;
        }

        if (Encoding.UTF8.GetByteCount(source) is int bytes && bytes > DryRunService.SourceBytesMax)
        {
            return Invalid($"The program has {bytes} bytes; {DryRunService.SourceBytesMax} are the most that a device is given.");
        }

        if (source == before.Source && allowed.Length == before.Hosts.Count)
        {
            return Invalid($"Nothing was changed: it is {basis.Value.Name} as it stands. No version was made.");
        }

        Result<PolicyOptions> policy = rules.PolicyOf(known.Value.Type, before.Board, allowed);
        PackageContent content = before with
        {
            DeviceType = known.Value.Type, Source = source, Origin = "person", Basis = basis.Value.Version, Hosts = allowed, Model = null, PromptSha256 = null, Rounds = 0,
            Findings = [], Report = null, GateCode = "", GateReason = "",
        };
        return policy.IsOk ? await JudgeAsync(device, content, policy.Value, new Steps(events, device), caller, cancellation).ConfigureAwait(false) : policy.Error!;
    }

    /// <summary>Approves just the package that is stored now.</summary>
    /// <param name="device">The device.</param>
    /// <param name="version">The version; null for the newest, where a person made that one: what a job or a model makes may come at any time.</param>
    /// <param name="withoutDryRun">Whether it is approved although nobody could try it out. What a gate refused is never approved.</param>
    /// <param name="caller">Who approves.</param>
    public Result<ProgramView> Approve(string device, long? version, bool withoutDryRun, Caller caller)
    {
        Result<DeviceView> known = devices.Active(device);
        Result<CodePackage> found = known.IsOk ? store.Find(device, version) : known.Error!;
        if (!found.IsOk)
        {
            return found.Error!;
        }

        CodePackage package = found.Value;
        if (version is null && MakerOf(package) is { } maker && !IsPerson(maker))
        {
            return new Error(
                ErrorCodes.ProgramNotApproved,
                $"The newest program of {device} is {package.Name}, and {maker} made it: it may be newer than what you read. Read it with `edgemesh program show {package.Name} --source`, then `edgemesh program approve {package.Name}`.");
        }

        if (package.Content.Gate == Gates.Refused)
        {
            return Refused(package);
        }

        bool untried = package.Content.Gate == Gates.Untried;
        if (untried && !withoutDryRun)
        {
            return new Error(
                ErrorCodes.SandboxUnavailable,
                $"{package.Name} was not tried out: {package.Content.GateReason} Make it anew where there is a sandbox; or read it and take it on yourself: `edgemesh program approve {package.Name} --without-dry-run`.");
        }

        if (store.Approvals(package).All(a => a.Actor != caller.Actor))
        {
            store.Record(package, ProgramStates.Approved, caller.Actor, untried ? ErrorCodes.SandboxUnavailable : "", untried ? "Approved without a dry run." : "");
        }

        return View(package);
    }

    /// <summary>A version of a device's program; without a version its newest.</summary>
    public Result<ProgramView> Show(string device, long? version)
    {
        Result<CodePackage> found = store.Find(device, version);
        // Programs outlive their devices: that there is none is said only where there is neither.
        return found.IsOk ? View(found.Value) : found.Error!.Code == ErrorCodes.ProgramUnknown && devices.Show(device) is { IsOk: false } unknown ? unknown.Error! : found.Error!;
    }

    /// <summary>The newest version of every device, or all of one.</summary>
    public Result<IReadOnlyList<ProgramSummary>> List(string? device) =>
        Result.Of<IReadOnlyList<ProgramSummary>>([.. store.List(device).Select(s => s with
        {
            State = StateOf(s.Version, s.State, store.Current(s.Device)),
            Runs = devices.Show(s.Device) is { IsOk: true } known ? known.Value.Program : "",
        })]);

    /// <summary>All that became of a device's programs, the latest last.</summary>
    public Result<IReadOnlyList<ProgramEvent>> History(string device)
    {
        IReadOnlyList<ProgramEvent> all = store.Events(device);
        return all.Count == 0 && devices.Show(device) is { IsOk: false } unknown ? unknown.Error! : Result.Of(all);
    }

    /// <summary>Why a package that a gate refused goes nowhere.</summary>
    internal static Error Refused(CodePackage package) => new(
        ErrorCodes.ProgramRefused,
        $"{package.Name} was refused and can be neither approved nor sent: {package.Content.GateReason} [{package.Content.GateCode}] Edit it: `edgemesh program edit {package.Name}`.");

    private async Task<Result<ProgramView>> JudgeAsync(
        string device, PackageContent content, PolicyOptions policy, Steps steps, Caller caller, CancellationToken cancellation)
    {
        steps.Report("Compiling it, holding it against the policy, and trying it out");
        GateReport judged = await gates.JudgeAsync(content.Source, content.Scenario, policy, cancellation).ConfigureAwait(false);
        (string gate, string code, string reason) = Outcome(judged);
        PackageContent complete = content with
        {
            Findings = [.. judged.Findings.Select(ProgramFinding.Of)], Report = judged.Report, Gate = gate, GateCode = code, GateReason = reason,
        };
        bool alone = gate == Gates.Passed && rules.ApprovesAlone(content);
        CodePackage package = store.Add(
            device, complete, caller.Actor, alone ? $"Every gate was passed, and Programs:AutoApprove names {content.DeviceType}." : null);
        return View(package);
    }

    private static (string Gate, string Code, string Reason) Outcome(GateReport judged)
    {
        if (!judged.Safe)
        {
            Finding first = judged.Findings.First(f => f.Rule.Severity == Severity.Refused);
            return (Gates.Refused, ErrorCodes.ProgramRefused, $"line {first.Position.Line}, {first.Rule.Id}: {first.Message}");
        }

        // Only where there is no sandbox a person may stand in for the dry run; whatever else kept it from being made is a refusal.
        return judged.Passed ? (Gates.Passed, "", "")
            : judged.Report is { Ok: true } ? (Gates.Untried, ErrorCodes.SandboxUnavailable, "The second compiler, which must agree with the policy, is not installed beside the sandbox: run tools/install.")
            : judged.Report is { } report ? (Gates.Refused, ErrorCodes.DryRunFailed, report.Verdict)
            : judged.DryRunError is { Code: ErrorCodes.SandboxUnavailable } none ? (Gates.Untried, none.Code, none.Message)
            : (Gates.Refused, judged.DryRunError?.Code ?? ErrorCodes.DryRunFailed, judged.DryRunError?.Message ?? "It was not tried out.");
    }

    private ProgramView View(CodePackage package) => new(
        package.Device,
        package.Version,
        StateOf(package.Version, package.Content.Gate, store.Current(package.Device)),
        package.Sha256,
        package.Created,
        JsonDocument.Parse(package.Json).RootElement,
        store.Approvals(package),
        [.. deployments.Of(package.Device).Where(d => d.Version == package.Version).Select(d => d.View)]);

    // The last thing that became of it on its way to the device; before that, whether it is approved; before that, what the gates said.
    private static string StateOf(long version, string gate, IReadOnlyList<ProgramEvent> all)
    {
        ProgramEvent[] own = [.. all.Where(e => e.Version == version && e.Kind != ProgramEvent.Created)];
        return (own.LastOrDefault(e => e.Session > 0) ?? own.LastOrDefault())?.Kind ?? (gate == Gates.Passed ? ProgramStates.Ready : gate);
    }

    private CodePackage? Running(string device) =>
        deployments.Current(device).FirstOrDefault(d => d.State is ProgramStates.Probation or ProgramStates.Healthy or ProgramStates.Unhealthy) is { } row
        && store.Find(device, row.Version) is { IsOk: true } found ? found.Value : null;

    private Result<DeviceView> Able(string id)
    {
        Result<DeviceView> device = devices.Active(id);
        return device.IsOk && device.Value.Info is { } info && info.TryGetProperty("kinds", out JsonElement kinds)
            && kinds.EnumerateArray().All(k => k.GetString() != ImageKinds.MicroPythonApp)
            ? new Error(ErrorCodes.KindUnsupported, $"{id} runs no MicroPython programs: it takes {string.Join(", ", kinds.EnumerateArray().Select(k => Printable.Of(k.ToString())))}.")
            : device;
    }

    private string? MakerOf(CodePackage package) => store.Events(package.Device).FirstOrDefault(e => e.Version == package.Version && e.Kind == ProgramEvent.Created)?.Actor;

    // Whoever else makes programs has a prefix of his own; a token is a person's at HTTP.
    private static bool IsPerson(string actor) => !actor.StartsWith(Caller.Mqtt, StringComparison.Ordinal) && !actor.StartsWith(Caller.Tool, StringComparison.Ordinal);

    private static IReadOnlyList<string> OtaCapabilities(DeviceView device) => device.Info is { } info && info.TryGetProperty("capabilities", out JsonElement names)
        ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];

    private static Error? HostProblem(IReadOnlyList<string> hosts) =>
        hosts.Count > HostsMax ? Invalid($"{hosts.Count} hosts are too many; {HostsMax} are the most for one program.")
        : hosts.FirstOrDefault(h => h.Length > 253 || Uri.CheckHostName(h) == UriHostNameType.Unknown) is { } wrong ? Invalid($"\"{Printable.Of(wrong)}\" is no host; give names such as api.example.org.")
        : null;

    private static Error Invalid(string message) => new(ErrorCodes.InvalidArgument, message);

    // Told at once and in their order.
    private sealed class Steps(HubEvents events, string device) : IProgress<string>
    {
        public void Report(string value) => events.Publish(new ProgramStep(device, value));
    }
}
