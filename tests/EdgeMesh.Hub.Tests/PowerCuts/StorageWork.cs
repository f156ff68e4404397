using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>What a hub does to its storage in its life, step by step. Run as a process of its own, it says after each step what it promised by then.</summary>
internal sealed class StorageWork(string folder, Action<Acknowledgement> acknowledge)
{
    // Enough of these fill SQLite's log to its 1,000 pages, where it writes them back into the database by itself.
    private const int LargeInfos = 210;
    private const int LargeInfoBytes = 16_000;

    private const long Now = 1_800_000_000;
    private StorageHub _hub = new(folder);
    private (string Hub, string Viewer) _secrets;

    public static byte[] Image(int seed)
    {
        byte[] image = new byte[1000 + (7000 * seed)];
        new Random(seed).NextBytes(image);
        return image;
    }

    public void Run()
    {
        Step("the broker's files", Durability.Full, () => _secrets = _hub.EnsureBrokerFiles());
        Step("the first start", Durability.Full, Start);
        Step("a device", Durability.Full, () => _hub.Devices.Add("porch", "test", [1, 2, 3], Now));
        Step("another device", Durability.Full, () => _hub.Devices.Add("garden", "test", [4, 5, 6], Now));
        Step("an image", Durability.Full, () => Upload("1", 1));
        Step("a handshake", Durability.Eventual, () => _hub.Devices.Seen("porch", Now + 1));
        Step("what a device is", Durability.Eventual, () => _hub.Devices.SetInfo("porch", """{"type":"test"}"""));
        Step("another image", Durability.Full, () => Upload("2", 2));
        Step("the same image by another name", Durability.Full, () => Upload("3", 2));
        Step("another image by a name that is taken", Durability.Full, () => _hub.AddFirmware("3", Image(3)));
        long porch = 0, garden = 0;
        Step("an order to update", Durability.Full, () => porch = Order("porch", "1"));
        Step("a transfer", Durability.Eventual, () => Update(porch, OtaStates.Transferring));
        Step("an order to update another", Durability.Full, () => garden = Order("garden", "2"));
        Step("a verification", Durability.Eventual, () => Update(porch, OtaStates.Verifying));
        Step("a delivery", Durability.Eventual, () => Update(porch, OtaStates.Complete));
        Step("a transfer to another", Durability.Eventual, () => Update(garden, OtaStates.Transferring));
        Step("a trial", Durability.Full, () => Update(porch, OtaStates.Applying));
        Step("a program", Durability.Full, () => _hub.Devices.SetProgram("porch", "blink", "1", Now));
        Step("an outcome", Durability.Full, () => Update(porch, OtaStates.Confirmed));
        Step("a failure", Durability.Full, () => Update(garden, OtaStates.Failed));
        Step("a restart", Durability.Full, Restart);
        Step("a removal", Durability.Full, () => Remove("1"));
        Step("a removal of one of two names", Durability.Full, () => Remove("2"));
        Step("an order after the restart", Durability.Full, () => porch = Order("porch", "3"));
        Step("a transfer after the restart", Durability.Eventual, () => Update(porch, OtaStates.Transferring));
        for (int i = 0; i < LargeInfos; i++)
        {
            Step($"large info {i}", Durability.Eventual, () => _hub.Devices.SetInfo("garden", $"\"{new string((char)('a' + (i % 26)), LargeInfoBytes)}{i}\""));
        }

        Step("a device removed", Durability.Full, () => _hub.Devices.Remove("garden"));
        Step("ended updates forgotten", Durability.Eventual, () => _hub.Updates.RemoveEnded(Now + 100));
        Step("a verification after the restart", Durability.Eventual, () => Update(porch, OtaStates.Verifying));
        Step("an end", Durability.Full, Restart);
        _hub.Dispose();
    }

    private void Step(string name, Durability durability, Action act)
    {
        act();
        acknowledge(new Acknowledgement(name, durability, _hub.Contents(), _secrets.Hub + _secrets.Viewer));
    }

    // As OtaService.StartAsync does, which would also run updates.
    private void Start() => _hub.Firmware.Sweep();

    private void Restart()
    {
        _hub.Dispose();
        _hub = new StorageHub(folder);
        Start();
    }

    private void Upload(string version, int seed) => _ = _hub.AddFirmware(version, Image(seed)).Value;

    private void Remove(string version) => _ = _hub.Firmware.RemoveAsync("blink", version, default).GetAwaiter().GetResult().Value;

    private long Order(string device, string version)
    {
        FirmwareRow firmware = _hub.Firmware.Find("blink", version).Value;
        return _hub.Updates.Add(new OtaRow
        {
            Device = device, FirmwareId = "blink", FirmwareVersion = version, Sha256 = firmware.Sha256, Manifest = firmware.Manifest, ChunkBytes = 4096,
            Encoding = "raw", State = OtaStates.Offered, Created = Now, Updated = Now,
        })!.Session;
    }

    private void Update(long session, string state) =>
        _hub.Updates.Update(session, state, OtaStates.IsFinal(state) ? ErrorCodes.Aborted : "", OtaStates.IsFinal(state) ? "Ended." : "", Now + 10);
}

/// <summary>What the hub has done, and says so: from here on it must not be lost, unless it is durable eventually only.</summary>
/// <param name="Step">What it did.</param>
/// <param name="Durability">What it survives.</param>
/// <param name="Contents">A hash of the database by then.</param>
/// <param name="Secrets">The broker's secrets by then.</param>
internal sealed record Acknowledgement(string Step, Durability Durability, string Contents, string Secrets)
{
    /// <summary>How a line that says so begins.</summary>
    public const string Mark = "did:";

    public static Acknowledgement Parse(string line)
    {
        string[] parts = line.TrimEnd('\n')[Mark.Length..].Split(':');
        return new Acknowledgement(parts[0], Enum.Parse<Durability>(parts[1]), parts[2], parts[3]);
    }

    public override string ToString() => $"{Mark}{Step}:{Durability}:{Contents}:{Secrets}\n";
}
