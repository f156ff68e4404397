using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using Dapper;
using EdgeMesh.Hub.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Storage;

/// <summary>The hub's SQLite database: one file, WAL, plain SQL migrations applied in order of their names.</summary>
/// <remarks>
/// Every store opens a pooled connection a call. Readers go beside each other and beside the one writer; writers take turns in
/// <see cref="Change"/>, since Microsoft.Data.Sqlite has one that finds SQLite busy sleep 150 ms at a time.
/// </remarks>
public sealed class Database
{
    private readonly string _connectionString;
    private readonly Lock _migrating = new();
    private readonly Lock _writing = new();
    private bool _migrated;

    /// <summary>The database in the state folder.</summary>
    public Database(IOptions<HubOptions> options)
        : this(Path.Combine(options.Value.StateFolder, "hub.db"))
    {
    }

    /// <summary>A database in a file.</summary>
    public Database(string file)
    {
        File = file;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 30 }.ToString();
    }

    /// <summary>The database's file.</summary>
    public string File { get; }

    /// <summary>An open connection to read from; migrations are applied before the first.</summary>
    public SqliteConnection Open() => Open(Durability.Full);

    /// <summary>Runs a change, and has it on the disk when it returns where it is to be durable.</summary>
    public T Change<T>(Func<SqliteConnection, T> change, Durability durability = Durability.Full)
    {
        lock (_writing)
        {
            using SqliteConnection db = Open(durability);
            return change(db);
        }
    }

    private SqliteConnection Open(Durability durability)
    {
        lock (_migrating)
        {
            if (!_migrated)
            {
                Migrate();
                _migrated = true;
            }
        }

        return Connect(durability);
    }

    /// <summary>The next value of a counter that only grows, and is at least <paramref name="atLeast"/>.</summary>
    public long Next(string counter, long atLeast) => Change(db => db.ExecuteScalar<long>(
        """
        INSERT INTO counter (name, value) VALUES (@counter, @atLeast)
        ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value
        """,
        new { counter, atLeast }));

    private SqliteConnection Connect(Durability durability)
    {
        SqliteConnection connection = new(_connectionString);
        connection.Open();
        connection.Execute(durability == Durability.Full ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
        return connection;
    }

    private void Migrate()
    {
        Folder.Create(Path.GetDirectoryName(Path.GetFullPath(File))!);
        if (!System.IO.File.Exists(File))
        {
            // Device secrets stand in it: the file is the owner's alone from its first byte.
            new FileStream(File, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }

        using SqliteConnection db = Connect(Durability.Full);
        long applied = db.ExecuteScalar<long>("PRAGMA user_version");
        Assembly assembly = typeof(Database).Assembly;
        string[] scripts = [.. assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (applied > scripts.Length)
        {
            throw new InvalidDataException($"{File} was written by a newer EdgeMesh (schema {applied}, this one knows {scripts.Length}); install that version again.");
        }

        for (long version = applied + 1; version <= scripts.Length; version++)
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(scripts[version - 1])!);
            using SqliteTransaction transaction = db.BeginTransaction();
            db.Execute(reader.ReadToEnd(), transaction: transaction);
            db.Execute($"PRAGMA user_version = {version}", transaction: transaction);
            transaction.Commit();
        }
    }
}

/// <summary>What a change survives. Either way it survives the end of the process, and no power cut leaves half of it.</summary>
public enum Durability
{
    /// <summary>The pulled plug, from when the call returns.</summary>
    Full,

    /// <summary>The pulled plug, from the next change that is durable in full: for what is said anew by whoever knows it. Costs no flush.</summary>
    Eventual,
}
