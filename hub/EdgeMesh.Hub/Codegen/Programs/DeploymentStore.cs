using System.Collections.Generic;
using Dapper;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>A program on its way to its device, or there, as stored.</summary>
public sealed record DeploymentRow
{
    /// <summary>The update's number.</summary>
    public required long Session { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>base64url of the manifest that was sent.</summary>
    public required string Manifest { get; init; }

    /// <summary>base64url of the hub's signature over it.</summary>
    public required string Signature { get; init; }

    /// <summary>What is gone back to, as <c>id@version</c>; empty for nothing.</summary>
    public required string Previous { get; init; }

    /// <summary>One of <see cref="ProgramStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it did not do well.</summary>
    public string Code { get; init; } = "";

    /// <summary>The cause as a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Until when it is watched, in seconds since 1970-01-01 UTC.</summary>
    public long Until { get; init; }

    /// <summary>How often it stopped while it was watched.</summary>
    public long Faults { get; init; }

    /// <summary>When it was begun, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    /// <summary>As people see it.</summary>
    public DeploymentView View => new(Session, Version, State, Previous, Code, Reason, Until, Faults, Manifest, Signature, Created);

    /// <summary>How people call the program: <c>porch@3</c>.</summary>
    public string Name => $"{Device}@{Version}";
}

/// <summary>The deployments in the database. Each change of state is an event too, in the same transaction.</summary>
public sealed class DeploymentStore(Database database, ProgramStore programs, HubEvents events) : IDeviceNote
{
    private const string Columns = "session, device, version, manifest, signature, previous, state, code, reason, until, faults, created";

    private const string OfCurrent = "device = @device AND former = 0";

    /// <summary>The deployment of an update; null where the update is not a program's.</summary>
    public DeploymentRow? Find(long session) => First("session = @session", new { session });

    /// <summary>A device's deployments, the latest first.</summary>
    public IReadOnlyList<DeploymentRow> Of(string device) => Query("device = @device ORDER BY session DESC", new { device });

    /// <summary>The same without those to an earlier device of that id.</summary>
    public IReadOnlyList<DeploymentRow> Current(string device) => Query($"{OfCurrent} ORDER BY session DESC", new { device });

    /// <summary>Those in one of some states, of all devices.</summary>
    public IReadOnlyList<DeploymentRow> In(params string[] states) => Query("state IN @states ORDER BY session", new { states });

    /// <summary>Writes a deployment that begins, within the update's own transaction.</summary>
    internal ProgramEvent Insert(SqliteConnection db, DeploymentRow row, CodePackage package, string actor, string reason)
    {
        db.Execute(
            $"INSERT INTO program_deployment ({Columns}) VALUES (@Session, @Device, @Version, @Manifest, @Signature, @Previous, @State, @Code, @Reason, @Until, @Faults, @Created)", row);
        return programs.Write(db, package, row.State, actor, row.Session, row.Code, reason);
    }

    /// <summary>Moves a deployment on, where it still stands where the caller thinks; else nothing happens.</summary>
    /// <param name="row">Where it stands now.</param>
    /// <param name="next">Where it is to stand.</param>
    /// <param name="actor">Who moved it.</param>
    /// <returns>Whether it was moved.</returns>
    internal bool Move(DeploymentRow row, DeploymentRow next, string actor)
    {
        ProgramEvent? told = database.Change(db =>
        {
            using SqliteTransaction transaction = db.BeginTransaction();
            ProgramEvent? e = Move(db, row, next, actor);
            transaction.Commit();
            return e;
        });
        if (told is not null)
        {
            events.Publish(new ProgramChanged(told));
        }

        return told is not null;
    }

    /// <summary>The same within the caller's transaction, who tells the event when it is kept; null where it was not moved.</summary>
    internal ProgramEvent? Move(SqliteConnection db, DeploymentRow row, DeploymentRow next, string actor)
    {
        int moved = db.Execute(
            "UPDATE program_deployment SET state = @State, code = @Code, reason = @Reason, until = @Until WHERE session = @Session AND state = @Before",
            new { next.State, next.Code, next.Reason, next.Until, row.Session, Before = row.State });
        return moved == 0 || programs.Find(row.Device, row.Version) is not { IsOk: true } package
            ? null : programs.Write(db, package.Value, next.State, actor, row.Session, next.Code, next.Reason);
    }

    /// <summary>Counts faults of a program that is watched. A power cut may take back what the device tells again.</summary>
    internal void CountFaults(long session, long faults) => database.Change(
        db => db.Execute("UPDATE program_deployment SET faults = @faults WHERE session = @session", new { session, faults }), Durability.Eventual);

    /// <inheritdoc/>
    public string NoteOn(string device)
    {
        DeploymentRow? latest = First($"{OfCurrent} ORDER BY session DESC LIMIT 1", new { device });
        // What the hub went back from says more than that it went back.
        DeploymentRow? left = latest is null ? null : First($"{OfCurrent} AND session < @Session ORDER BY session DESC LIMIT 1", new { device, latest.Session });
        string why = left is { State: ProgramStates.RolledBack } ? $" {left.Name} was rolled back: {left.Reason}" : "";
        return latest?.State switch
        {
            ProgramStates.Deploying => $"{latest.Name} is on its way.{why}",
            ProgramStates.Probation => $"{latest.Name} is being watched.{why}",
            ProgramStates.Healthy => why.TrimStart(),
            ProgramStates.Condemned => $"{latest.Name} is to be rolled back: {latest.Reason}",
            ProgramStates.Unhealthy => $"{latest.Name} does not do well, and there is nothing to go back to: {latest.Reason}",
            ProgramStates.RolledBack => $"{latest.Name} was rolled back: {latest.Reason}",
            ProgramStates.Failed => $"{latest.Name} did not get there: {latest.Reason}{why}",
            _ => "",
        };
    }

    private DeploymentRow? First(string where, object parameters) => Query(where, parameters) is [DeploymentRow first, ..] ? first : null;

    private List<DeploymentRow> Query(string where, object parameters)
    {
        using SqliteConnection db = database.Open();
        return db.Query<DeploymentRow>($"SELECT {Columns} FROM program_deployment WHERE {where}", parameters).AsList();
    }
}
