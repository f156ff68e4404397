using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.VectorGenerator;

// Usage: EdgeMesh.VectorGenerator SEED SCENARIOS FOLDER
// Writes folders of random vectors, in the form of shared/vectors, whose expected values are what the C# implementation gives.
if (args.Length != 3 || !int.TryParse(args[0], CultureInfo.InvariantCulture, out int seed)
    || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int scenarios) || scenarios < 400)
{
    Console.Error.WriteLine("Usage: EdgeMesh.VectorGenerator SEED SCENARIOS FOLDER; the seed is a whole number, the scenarios are 400 or more.");
    return 2;
}

Draw draw = new(seed);
(string File, int Percent, Func<Draw, int, JsonObject> Make)[] parts =
[
    ("receiver", 36, ReceiverScenarios.Make), ("trial", 16, SlotScenarios.Trials), ("boot-slots", 8, SlotScenarios.Slots),
    ("boot-record", 12, RecordTexts.Make), ("offer-judge", 16, Offers.Make), ("signed-json", 4, Messages.SignedJson),
    ("chunk-frame", 3, Messages.ChunkFrames), ("replay-window", 3, Messages.ReplayWindow), ("json", 2, Messages.Json), ("messages", 8, DownMessages.Make),
];
// In batches, since an interpreter that holds all of them spends its time on collecting garbage.
const int Batches = 8;
for (int batch = 0; batch < Batches; batch++)
{
    string folder = Path.Combine(args[2], batch.ToString(CultureInfo.InvariantCulture));
    Directory.CreateDirectory(folder);
    foreach ((string file, int percent, Func<Draw, int, JsonObject> make) in parts)
    {
        File.WriteAllText(Path.Combine(folder, file + ".json"), make(draw, scenarios * percent / 100 / Batches).Line());
    }
}

Console.WriteLine(new JsonObject
{
    ["scenarios"] = draw.Scenarios, ["steps"] = draw.Steps,
    ["tally"] = new JsonObject(draw.Tally.Select(t => new KeyValuePair<string, JsonNode?>(t.Key, t.Value))),
}.Line());
return 0;
