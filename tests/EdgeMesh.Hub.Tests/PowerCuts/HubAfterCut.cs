using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>Where a hub was when its power was cut.</summary>
/// <param name="Call">The first call that was not carried out.</param>
/// <param name="InFlight">That call; null where all were.</param>
/// <param name="After">The step that was done.</param>
/// <param name="Promised">Index of the oldest state of the database that it may be in: the last one promised in full.</param>
/// <param name="Reached">Index of the state it was in.</param>
/// <param name="Secrets">The broker's secrets as promised; empty where they were not.</param>
internal sealed record Cut(int Call, StorageCall? InFlight, string After, int Promised, int Reached, string Secrets);

/// <summary>The production hub over what a power cut left, held to what it had promised.</summary>
internal static class HubAfterCut
{
    /// <summary>A hub that was only killed, not cut off, has all it said; and one more thing perhaps, whole.</summary>
    public static void HoldsWhatItPromised(StorageHub hub, Acknowledgement promise)
    {
        (string Hub, string Viewer) secrets = hub.EnsureBrokerFiles();
        Assert.Equal(promise.Secrets, secrets.Hub + secrets.Viewer);
        EveryImageIsWhole(hub);
        EveryUpdateGoesOnOrSaysWhyNot(hub);
        NothingIsLeftOver(hub);
    }

    /// <summary>Checks everything after a cut.</summary>
    /// <param name="folder">What is left.</param>
    /// <param name="states">Every state the database goes through, in order: a change is whole or is not.</param>
    /// <param name="cut">Where it was cut.</param>
    public static void Check(string folder, List<string> states, Cut cut)
    {
        using StorageHub hub = new(folder);
        string contents = hub.Contents();
        int found = states.FindIndex(cut.Promised, s => s == contents);
        Assert.True(
            found >= 0 && found <= cut.Reached + 1,
            $"the database holds {(states.Contains(contents) ? "a state lost or not yet reached" : "half a change")}: {states.IndexOf(contents)}, of {cut.Promised} to {cut.Reached}.");

        (string Hub, string Viewer) secrets = hub.EnsureBrokerFiles();
        Assert.True(cut.Secrets.Length == 0 || cut.Secrets == secrets.Hub + secrets.Viewer, "the broker's secrets are others.");

        EveryImageIsWhole(hub);
        EveryUpdateGoesOnOrSaysWhyNot(hub);
        NothingIsLeftOver(hub);
        FirmwareRow again = hub.AddFirmware("again", StorageWork.Image(2)).Value;
        Assert.True(again.Sequence > Highest(hub, again.Version), "a sequence was given twice.");
        EveryImageIsWhole(hub);
    }

    private static void EveryImageIsWhole(StorageHub hub)
    {
        foreach (FirmwareRow firmware in hub.Firmware.List())
        {
            string image = hub.Firmware.ImagePath(firmware.Sha256, firmware.Size).Value;
            Assert.Equal(firmware.Sha256, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(image))));
        }
    }

    private static void EveryUpdateGoesOnOrSaysWhyNot(StorageHub hub)
    {
        IReadOnlyList<OtaRow> open = hub.Updates.ListOpen();
        hub.Ota.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        foreach (OtaRow row in open)
        {
            OtaView view = hub.Ota.Status(row.Device, 10).Value.Single(v => v.Session == row.Session);
            bool goesOn = !OtaStates.IsFinal(view.State) && view.Waiting.Length > 0;
            bool saysWhyNot = view.State == OtaStates.Failed && view.Code.Length > 0 && view.Reason.Length > 0;
            Assert.True(goesOn || saysWhyNot, $"update {row.Session} neither goes on nor says why not: {view}.");
        }

        hub.Ota.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    private static void NothingIsLeftOver(StorageHub hub)
    {
        using SqliteConnection db = hub.Database.Open();
        HashSet<string> named = [.. db.Query<string>("SELECT sha256 FROM firmware UNION SELECT sha256 FROM ota_session")];
        if (Directory.Exists(hub.ImageFolder))
        {
            Assert.All(Directory.GetFiles(hub.ImageFolder), file => Assert.Contains(Path.GetFileName(file), named));
        }
    }

    private static long Highest(StorageHub hub, string but) =>
        hub.Firmware.List().Where(f => f.Version != but).Select(f => f.Sequence).DefaultIfEmpty(0).Max();
}
