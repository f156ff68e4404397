using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>The hub's power is cut at every call on its storage: images, database, secrets. The production hub then takes up what is left.</summary>
public sealed class HubPowerCutTests(ITestOutputHelper output) : IDisposable
{
    // These steps are there to fill SQLite's log and no more: of the cuts while only the log grows, every so manyth is made.
    private const string Filler = "large info";
    private const int FillerEvery = 300;

    private static readonly (Left OfData, Left OfNames, bool Part)[] Outcomes =
    [
        (Left.All, Left.All, false), (Left.All, Left.All, true), (Left.None, Left.None, false), (Left.None, Left.All, false), (Left.All, Left.None, false),
        (Left.Some, Left.Some, true), (Left.Some, Left.All, false),
    ];

    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"edgemesh-cuts-{Guid.NewGuid():n}")).FullName;

    private string State => Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName;

    private static string[] Work => ["dotnet", "exec", typeof(HubPowerCutTests).Assembly.Location, "storage"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_power_cut_anywhere_leaves_a_hub_that_starts_and_has_lost_nothing_it_promised()
    {
        IReadOnlyList<StorageCall> calls = SystemCalls.Of(State, Path.Combine(_folder, "trace"), [.. Work, State]);
        List<string> states = [];
        List<Cut> cuts = PlacesOf(calls, states);
        ConcurrentQueue<string> broken = [];
        ConcurrentDictionary<(string, int, int), bool> seen = [];
        CutDisk disk = new(State);
        int applied = 0;
        foreach (Cut cut in cuts)
        {
            for (; applied < cut.Call; applied++)
            {
                disk.Apply(calls[applied]);
            }

            Parallel.For(0, Outcomes.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, outcome =>
            {
                try
                {
                    After(disk, cut, outcome, (folder, hash) =>
                    {
                        if (seen.TryAdd((hash, cut.Promised, cut.Reached), true))
                        {
                            HubAfterCut.Check(folder, states, cut);
                        }
                    });
                }
                catch (Exception failure)
                {
                    broken.Enqueue($"Cut at call {cut.Call} ({cut.InFlight}), after \"{cut.After}\", of which {Outcomes[outcome]} was left: {failure}");
                }
            });
        }

        output.WriteLine($"counted: power cuts of the hub: {cuts.Count} places, {cuts.Count * Outcomes.Length} outcomes, {seen.Count} of them different, {states.Count} states of the database");
        Assert.True(broken.IsEmpty, $"{broken.Count} outcomes broke a promise:\n" + string.Join('\n', broken.Take(10)));
        Assert.True(cuts.Count > 200, $"Only {cuts.Count} places were cut.");
    }

    [Fact]
    public async Task A_hub_killed_after_any_step_has_lost_none_and_has_half_of_none()
    {
        int kills = 0;
        for (string step = ""; !step.StartsWith(Filler, StringComparison.Ordinal); kills++)
        {
            string state = Directory.CreateDirectory(Path.Combine(_folder, $"killed-{kills}")).FullName;
            using Process hub = Process.Start(new ProcessStartInfo(Work[0], [.. Work[1..], state]) { RedirectStandardOutput = true })!;
            string said = "";
            for (int i = 0; i <= kills; i++)
            {
                said = (await hub.StandardOutput.ReadLineAsync())!;
            }

            hub.Kill();
            await hub.WaitForExitAsync();

            // It went on until the kill reached it, and that counts; what it was doing then is done or is not.
            said = (await hub.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? said;
            Acknowledgement promise = Acknowledgement.Parse(said);
            step = promise.Step;
            using StorageHub after = new(state);
            HubAfterCut.HoldsWhatItPromised(after, promise);
        }

        output.WriteLine($"counted: kills of a hub at its storage: {kills}");
        Assert.True(kills > 20, $"Only {kills} kills.");
    }

    // The states are those of a hub that is killed there: whatever the system had been told is there.
    private List<Cut> PlacesOf(IReadOnlyList<StorageCall> calls, List<string> states)
    {
        List<Cut> cuts = [];
        CutDisk disk = new(State);
        Acknowledgement last = new("", Durability.Full, "", "");
        int promised = 0;
        for (int i = 0; i <= calls.Count; i++)
        {
            StorageCall? call = i < calls.Count ? calls[i] : null;
            bool onlyLog = last.Step.StartsWith(Filler, StringComparison.Ordinal) && call is StorageCall.Say or StorageCall.Write { Data.Length: 24 or 4096 };
            if (!onlyLog || i % FillerEvery == 0)
            {
                Cut cut = new(i, call, last.Step, promised, 0, last.Secrets);
                After(disk, cut, 0, (folder, _) =>
                {
                    Reach(states, StorageHub.ContentsOf(new Database(Path.Combine(folder, "hub.db"))));
                    SqliteConnection.ClearAllPools();
                });
                cuts.Add(cut with { Reached = states.Count - 1 });
            }

            if (call is StorageCall.Say said)
            {
                last = said.Promise;
                Reach(states, last.Contents);
                promised = last.Durability == Durability.Full ? states.Count - 1 : promised;
            }
            else if (call is not null)
            {
                disk.Apply(call);
            }
        }

        return cuts;
    }

    private static void Reach(List<string> states, string contents)
    {
        if (states.Count == 0 || states[^1] != contents)
        {
            states.Add(contents);
        }
    }

    private void After(CutDisk disk, Cut cut, int outcome, Action<string, string> look)
    {
        (Left ofData, Left ofNames, bool part) = Outcomes[outcome];
        string left = Path.Combine(_folder, $"{cut.Call}-{outcome}");
        string hash = disk.CutInto(left, ofData, ofNames, part ? cut.InFlight : null, new Random((cut.Call * Outcomes.Length) + outcome));
        look(left, hash);
        Directory.Delete(left, recursive: true);
    }
}
