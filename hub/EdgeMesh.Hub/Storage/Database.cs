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
/// <c>synchronous=FULL</c>: a change that was acknowledged survives the pulled plug. Every store opens a pooled connection a call; SQLite
/// serialises the writers.
/// </remarks>
public sealed class Database
{
    private readonly string _connectionString;
    private readonly Lock _migrating = new();
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

    /// <summary>An open connection; migrations are applied before the first.</summary>
    public SqliteConnection Open()
    {
        lock (_migrating)
        {
            if (!_migrated)
            {
                Migrate();
                _migrated = true;
            }
        }

        return Connect();
    }

    /// <summary>The next value of a counter that only grows, and is at least <paramref name="atLeast"/>.</summary>
    public long Next(string counter, long atLeast)
    {
        using SqliteConnection db = Open();
        return db.ExecuteScalar<long>(
            """
            INSERT INTO counter (name, value) VALUES (@counter, @atLeast)
            ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value
            """,
            new { counter, atLeast });
    }

    private SqliteConnection Connect()
    {
        SqliteConnection connection = new(_connectionString);
        connection.Open();
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        return connection;
    }

    private void Migrate()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        if (!System.IO.File.Exists(File))
        {
            // Device secrets stand in it: the file is the owner's alone from its first byte.
            new FileStream(File, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }

        using SqliteConnection db = Connect();
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
