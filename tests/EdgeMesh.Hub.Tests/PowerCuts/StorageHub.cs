using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>The production hub, put together over a state folder but not started: no broker, no socket; what it keeps on disk.</summary>
internal sealed class StorageHub(string folder) : IDisposable
{
    private readonly WebApplication _hub = HubApplication.Build(["--Hub:StateFolder", folder, "--Hub:Socket", Path.Combine(folder, "hub.sock")]);

    public Database Database => Get<Database>();

    public FirmwareService Firmware => Get<FirmwareService>();

    public OtaService Ota => Get<OtaService>();

    public DeviceStore Devices => Get<DeviceStore>();

    public OtaStore Updates => Get<OtaStore>();

    public string ImageFolder => Path.Combine(folder, "firmware");

    /// <summary>The secrets of the embedded broker and the file of its accounts, as the hub's start ensures them.</summary>
    public (string Hub, string Viewer) EnsureBrokerFiles()
    {
        BrokerFolder broker = new(Get<IOptions<HubOptions>>());
        DynamicSecurityFile.Ensure(broker, NullLogger.Instance);
        return (broker.HubSecret(), broker.ViewerSecret());
    }

    public Result<FirmwareRow> AddFirmware(string version, byte[] image) => Firmware.AddAsync(
        new MemoryStream(image), new FirmwareDescription("blink", version, "test", ImageKinds.NanoApp), CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>A hash of everything in the database.</summary>
    public string Contents() => ContentsOf(Database);

    /// <summary>A hash of everything in a database.</summary>
    public static string ContentsOf(Database database)
    {
        StringBuilder text = new();
        using SqliteConnection db = database.Open();
        foreach (string table in (string[])["device", "firmware", "ota_session", "counter"])
        {
            text.Append(table).Append('\n');
            foreach (object row in db.Query($"SELECT * FROM {table} ORDER BY 1, 2"))
            {
                foreach (object value in ((System.Collections.Generic.IDictionary<string, object>)row).Values)
                {
                    text.Append(value is byte[] bytes ? Convert.ToHexString(bytes) : value).Append('|');
                }

                text.Append('\n');
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    public void Dispose()
    {
// With its last connection SQLite writes its log back and removes it, as at the end of a hub.
        SqliteConnection.ClearAllPools();
        ((IDisposable)_hub).Dispose();
    }

    private T Get<T>()
        where T : notnull => _hub.Services.GetRequiredService<T>();
}
