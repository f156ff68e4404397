using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>What the hub can be asked about programs.</summary>
public sealed class ProgramOperations(ProgramService programs, ProgramDeployer deployer) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NewRequest, ProgramView>(
            "program-new", "Writes a program of a sentence, puts it through the gates and keeps it as the device's next version.",
            (r, caller, c) => programs.NewAsync(new NewProgram(r.Device, r.Description, r.Board, HostsOf(r.Hosts)), caller, c)).Recording("device", "description", "hosts"),
        Operation.Create<EditRequest, ProgramView>(
            "program-edit", "Keeps an edited program as the device's next version, once it went through the gates.",
            (r, caller, c) => programs.EditAsync(r.Device, r.Version, r.Source, HostsOf(r.Hosts), caller, c)).Recording("device", "version", "hosts"),
        Operation.Create<NameProgram, ProgramView>("program-show", "Shows a version of a device's program, the newest without one.", r => programs.Show(r.Device, r.Version)).Reading(),
        Operation.Create<ListPrograms, IReadOnlyList<ProgramSummary>>("program-list", "Lists the newest program of every device, or all of one.", r => programs.List(r.Device)).Reading(),
        Operation.Create<NameDevice, IReadOnlyList<ProgramEvent>>("program-history", "Lists all that became of a device's programs.", r => programs.History(r.Device)).Reading(),
        Operation.Create<ApproveRequest, ProgramView>(
            "program-approve", "Approves a version of a device's program, so that it may be sent.",
            (r, caller, _) => System.Threading.Tasks.Task.FromResult(programs.Approve(r.Device, r.Version, r.WithoutDryRun, caller))).Recording("device", "version", "without_dry_run"),
        Operation.Create<NameProgram, OtaView>(
            "program-deploy", "Sends an approved version to its device, and watches it there.", (r, caller, c) => deployer.DeployAsync(r.Device, r.Version, caller, c)).Recording("device", "version"),
        Operation.Create<RollbackRequest, OtaView>(
            "program-rollback", "Sends an earlier version to its device again, the one that ran before without one.",
            (r, caller, c) => deployer.RollbackAsync(r.Device, r.To, caller, c)).Recording("device", "to"),
    ];

    // With commas between, as the audit log keeps them.
    private static string[] HostsOf(string? hosts) => [.. ProgramOptions.Names(hosts ?? "").Distinct()];

    private sealed record NewRequest(string Device, string Description, string? Board = null, string? Hosts = null);

    private sealed record EditRequest(string Device, string Source, long? Version = null, string? Hosts = null);

    private sealed record NameProgram(string Device, long? Version = null);

    private sealed record ListPrograms(string? Device = null);

    private sealed record NameDevice(string Device);

    private sealed record ApproveRequest(string Device, long? Version = null, bool WithoutDryRun = false);

    private sealed record RollbackRequest(string Device, long? To = null);
}
