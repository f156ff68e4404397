using System.Data.Common;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Hub.Hosting;

namespace EdgeMesh.Hub.Storage;

/// <summary>The database can be written: nobody in the hub sits on its lock, and SQLite grants its own. Nothing is written, which spares the SD card.</summary>
internal sealed class DatabaseLiveness(Database database) : ILivenessCheck
{
    public string Name => "the database";

    public Task<string?> ProblemAsync()
    {
        try
        {
            database.Change(db => db.Execute("BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_master; ROLLBACK"), Durability.Eventual);
            return Task.FromResult<string?>(null);
        }
        catch (DbException failure)
        {
            return Task.FromResult<string?>($"The database {database.File} does not work: {failure.Message}");
        }
    }
}
