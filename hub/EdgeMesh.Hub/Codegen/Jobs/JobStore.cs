using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Dapper;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>The jobs in the database.</summary>
public sealed class JobStore(Database database, TimeProvider time)
{
    private const string Columns =
        "job AS Job, json_extract(request, '$.device') AS Device, state AS State, version AS Version, session AS Session, code AS Code, reason AS Reason, created AS Created, updated AS Updated";

    // Of these something is still to come; they are never forgotten.
    private const string Open = "state IN ('queued', 'working')";

    /// <summary>Keeps a new job; null where as many are open as may be.</summary>
    public JobView? Add(string job, JobRequest request, int queueLength)
    {
        long now = Now;
        int added = database.Change(db => db.Execute(
            $"INSERT INTO codegen_job (job, request, state, created, updated) SELECT @job, @json, 'queued', @now, @now WHERE (SELECT count(*) FROM codegen_job WHERE {Open}) < @queueLength",
            new { job, json = JsonSerializer.Serialize(request, Operation.Json), now, queueLength }));
        return added == 1 ? Find(job) : null;
    }

    /// <summary>A job; null where there is none.</summary>
    public JobView? Find(string job)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM codegen_job WHERE job = @job", new { job })?.View;
    }

    /// <summary>What was asked for.</summary>
    public JobRequest RequestOf(string job)
    {
        using SqliteConnection db = database.Open();
        return JsonSerializer.Deserialize<JobRequest>(db.QuerySingle<string>("SELECT request FROM codegen_job WHERE job = @job", new { job }), Operation.Json)!;
    }

    /// <summary>Keeps how a job stands.</summary>
    public JobView Update(JobView view)
    {
        JobView updated = view with { Updated = Now };
        database.Change(db => db.Execute(
            "UPDATE codegen_job SET state = @State, version = @Version, session = @Session, code = @Code, reason = @Reason, updated = @Updated WHERE job = @Job", updated));
        return updated;
    }

    /// <summary>The jobs that are not done, the oldest first.</summary>
    public IReadOnlyList<JobView> ListOpen() => List($"WHERE {Open} ORDER BY created, rowid", int.MaxValue);

    /// <summary>The latest jobs, the newest first.</summary>
    public IReadOnlyList<JobView> List(int limit) => List("ORDER BY created DESC, rowid DESC", limit);

    /// <summary>The jobs that nothing more happens to, beyond so many of the latest of them.</summary>
    public IReadOnlyList<JobView> ListBeyond(int kept) => List($"WHERE NOT {Open} ORDER BY created DESC, rowid DESC", -1, kept);

    /// <summary>Forgets a job: its id is free again.</summary>
    public void Remove(string job) => database.Change(db => db.Execute("DELETE FROM codegen_job WHERE job = @job", new { job }));

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    private List<JobView> List(string which, int limit, int skip = 0)
    {
        using SqliteConnection db = database.Open();
        return [.. db.Query<Row>($"SELECT {Columns} FROM codegen_job {which} LIMIT @limit OFFSET @skip", new { limit, skip }).Select(r => r.View)];
    }

    // By its setters: what json_extract gives has no declared type that a constructor could be chosen by.
    private sealed class Row
    {
        public string Job { get; set; } = "";

        public string Device { get; set; } = "";

        public string State { get; set; } = "";

        public long? Version { get; set; }

        public long? Session { get; set; }

        public string Code { get; set; } = "";

        public string Reason { get; set; } = "";

        public long Created { get; set; }

        public long Updated { get; set; }

        internal JobView View => new(Job, Device, State, Version, Session, Code, Reason, Created, Updated);
    }
}
