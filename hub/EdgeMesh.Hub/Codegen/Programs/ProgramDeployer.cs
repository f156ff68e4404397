using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Sends approved programs over the air: an image of its own, a manifest with a new sequence, signed by the hub.</summary>
/// <remarks>The update and the deployment are one transaction: whenever the hub is killed, there are both or neither, and the update is taken up again.</remarks>
public sealed class ProgramDeployer(
    DeviceService devices, ProgramStore store, DeploymentStore deployments, FirmwareService firmware, HubKey key, OtaService ota, HubEvents events, System.TimeProvider time)
{
    /// <summary>Sends a version; without one the newest.</summary>
    public async Task<Result<OtaView>> DeployAsync(string device, long? version, Caller caller, CancellationToken cancellation)
    {
        Result<DeviceView> target = devices.Active(device);
        Result<CodePackage> package = target.IsOk ? store.Find(device, version) : target.Error!;
        return package.IsOk
            ? await SendAsync(target.Value, package.Value, Runs(target.Value), caller.Actor, "", null, cancellation).ConfigureAwait(false)
            : package.Error!;
    }

    /// <summary>Sends an earlier version again; without one, the last that ran before the one that runs. What was decided of it then, holds.</summary>
    public async Task<Result<OtaView>> RollbackAsync(string device, long? to, Caller caller, CancellationToken cancellation)
    {
        Result<DeviceView> target = devices.Active(device);
        Result<CodePackage> package = target.IsOk ? Earlier(device, to) : target.Error!;
        // Nobody wants back what he leaves: where the earlier one does badly too, that is said, and no more.
        return package.IsOk
            ? await SendAsync(target.Value, package.Value, "", caller.Actor, $"Back from {(Runs(target.Value) is { Length: > 0 } left ? left : "nothing")}.", null, cancellation).ConfigureAwait(false)
            : package.Error!;
    }

    /// <summary>Goes back from a condemned program to what ran before it. The deployment is no longer condemned once the way back has begun.</summary>
    /// <returns>The update; <c>session_exists</c> where another is under way; else why there is no way back.</returns>
    internal async Task<Result<OtaView>> GoBackAsync(DeploymentRow condemned, CancellationToken cancellation)
    {
        Result<DeviceView> target = devices.Active(condemned.Device);
        if (!target.IsOk)
        {
            return target.Error!;
        }

        DeploymentRow left = condemned with { State = ProgramStates.RolledBack };
        List<ProgramEvent> told = [];
        void Leave(SqliteConnection db)
        {
            if (deployments.Move(db, condemned, left, Caller.Hub.Actor) is { } e)
            {
                told.Add(e);
            }
        }

        (string id, string version) = condemned.Previous.Split('@') is [string name, string number] ? (name, number) : ("", "");
        Result<OtaView> sent = Package(condemned.Device, id, version) is { } package
            ? await SendAsync(target.Value, package, "", Caller.Hub.Actor, $"Back from {condemned.Name}.", Leave, cancellation).ConfigureAwait(false)
            : firmware.Find(id, version) is { IsOk: true } stored ? ota.Start(condemned.Device, stored.Value, (db, _) => Leave(db))
            : new Error(ErrorCodes.FirmwareUnknown, $"{(condemned.Previous.Length > 0 ? condemned.Previous + ", which ran before, is not among the hub's programs and firmware" : "Nothing ran before")}.");
        if (sent.IsOk)
        {
            told.ForEach(e => events.Publish(new ProgramChanged(e)));
        }

        return sent;
    }

    private CodePackage? Package(string device, string id, string version) =>
        id == device && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && store.Find(device, number) is { IsOk: true } found
        && Problem(found.Value) is null ? found.Value : null;

    private Result<CodePackage> Earlier(string device, long? to)
    {
        if (to is not null)
        {
            return store.Find(device, to);
        }

        IReadOnlyList<DeploymentRow> all = deployments.Current(device);
        long runs = Running(all)?.Version ?? 0;
        DeploymentRow? before = all.FirstOrDefault(d => d.Version != runs && d.State is ProgramStates.Healthy or ProgramStates.Replaced);
        return before is not null
            ? store.Find(device, before.Version)
            : new Error(ErrorCodes.ProgramUnknown, $"No other program ran on {device} that could be gone back to; name one with --to, of `edgemesh program history {device}`.");
    }

    // The device still calls it by the id it had then, where it was renamed since; and after an update of MicroPython it names that.
    private string Runs(DeviceView device) => Running(deployments.Current(device.Id))?.Name ?? device.Program;

    private static DeploymentRow? Running(IEnumerable<DeploymentRow> all) =>
        all.FirstOrDefault(d => d.State is ProgramStates.Probation or ProgramStates.Healthy or ProgramStates.Condemned or ProgramStates.Unhealthy);

    /// <summary>Why a package may not be sent; null where it may.</summary>
    private Error? Problem(CodePackage package)
    {
        IReadOnlyList<ProgramEvent> approvals = store.Approvals(package);
        return package.Content.Gate == Gates.Refused ? ProgramService.Refused(package)
            : approvals.Count == 0 || (package.Content.Gate == Gates.Untried && approvals.All(a => a.Code != ErrorCodes.SandboxUnavailable))
                ? new Error(ErrorCodes.ProgramNotApproved, $"{package.Name} is not approved{(IsOfEarlier(package) ? $" for this {package.Device}: its approvals are from before the device was added, and so for another one" : "")}; read it with `edgemesh program show {package.Name} --source`, then `edgemesh program approve {package.Name}`.")
            : null;
    }

    private bool IsOfEarlier(CodePackage package) => store.Events(package.Device).Any(e => e.Version == package.Version && e.Kind == ProgramStates.Approved && e.Sha256 == package.Sha256);

    private static Error? BoardProblem(DeviceView target, CodePackage package) => DeviceRules.SaidBoard(target) is { } said && said != package.Content.Board
        ? new Error(
            ErrorCodes.DeviceTypeMismatch,
            $"{package.Name} was made and tried out for the board {package.Content.Board}, and {target.Id} says that it is the board {Printable.Of(said)}, whose pins are others. Make it anew: `edgemesh program new {target.Id} \"what it should do\"`; or mend the device's edgemesh.json where it is wrong.")
        : null;

    private async Task<Result<OtaView>> SendAsync(
        DeviceView target, CodePackage package, string previous, string actor, string reason, System.Action<SqliteConnection>? alongside, CancellationToken cancellation)
    {
        if ((Problem(package) ?? BoardProblem(target, package)) is { } problem)
        {
            return problem;
        }

        FirmwareDescription description = new(
            package.Device, package.Version.ToString(CultureInfo.InvariantCulture), package.Content.DeviceType, ImageKinds.MicroPythonApp);
        byte[] image = Encoding.UTF8.GetBytes(package.Content.Source);
        Result<FirmwareRow> staged = await firmware.StageAsync(image, description, OtaMessages.ProfileOf(target).Sequence, key.Key, cancellation).ConfigureAwait(false);
        if (!staged.IsOk)
        {
            return staged.Error!;
        }

        ProgramEvent? told = null;
        Result<OtaView> started = ota.Start(target.Id, staged.Value, (db, session) =>
        {
            alongside?.Invoke(db);
            DeploymentRow row = new()
            {
                Session = session, Device = target.Id, Version = package.Version, Manifest = staged.Value.Manifest, Signature = staged.Value.Signature,
                // What is sent anew is no way back from itself.
                Previous = previous == package.Name ? "" : previous,
                State = ProgramStates.Deploying, Reason = reason, Created = time.GetUtcNow().ToUnixTimeSeconds(),
            };
            told = deployments.Insert(db, row, package, actor, reason);
        });
        if (told is not null)
        {
            events.Publish(new ProgramChanged(told));
        }

        return started;
    }
}
