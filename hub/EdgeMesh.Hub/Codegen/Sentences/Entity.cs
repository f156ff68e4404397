using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A device that a request speaks of, however often.</summary>
internal sealed class Entity(string kind, bool sensor, string label)
{
    private static readonly Dictionary<string, string[]> RolesByKind = new()
    {
        ["bme280"] = ["sda", "scl"], ["bmp280"] = ["sda", "scl"], ["hcsr04"] = ["trigger", "echo"], ["rotary_encoder"] = ["a", "b"],
    };

    // What each sensor gives; a generic one may give any of its own.
    private static readonly Dictionary<string, string[]> QuantitiesByKind = new()
    {
        ["dht22"] = ["temperature", "humidity"], ["dht11"] = ["temperature", "humidity"], ["dht"] = ["temperature", "humidity"], ["ds18b20"] = ["temperature"],
        ["bme280"] = ["temperature", "humidity", "pressure"], ["bmp280"] = ["temperature", "pressure"], ["soil_moisture"] = ["moisture"],
        ["hcsr04"] = ["distance", "level"], ["ldr"] = ["light"], ["pot"] = ["position"], ["analog"] = ["voltage"], ["battery"] = ["voltage"], ["gas"] = ["gas"],
        ["pressure_transducer"] = ["pressure"], ["energy_meter"] = ["energy", "power"], ["counter"] = ["count"], ["rotary_encoder"] = ["position"],
        ["thermometer"] = ["temperature", "humidity", "pressure"], ["sensor"] = ["temperature", "humidity", "pressure", "moisture", "distance", "level", "light", "voltage"],
    };

    internal string Kind { get; set; } = kind;

    internal bool Sensor => sensor;

    internal string Label { get; set; } = label;

    /// <summary>What hangs on a relay: the heater of a heater relay.</summary>
    internal string Load { get; set; } = "";

    internal Dictionary<string, int> Pins { get; } = [];

    /// <summary>Pins whose role was not said.</summary>
    internal List<int> Loose { get; } = [];

    /// <summary>Another device that does the same: "relays on pins 26 and 27".</summary>
    internal List<Entity> Twins { get; } = [];

    /// <summary>Put before its readings, where another sensor gives the same.</summary>
    internal string Prefix { get; set; } = "";

    internal bool Read { get; set; }

    internal double? PeriodS { get; set; }

    internal bool PeriodSaid { get; set; }

    internal bool Count { get; set; }

    internal List<string> Publishes { get; } = [];

    /// <summary>Readings that were said not to be published.</summary>
    internal HashSet<string> Without { get; } = [];

    internal List<Condition> Conditions { get; } = [];

    internal bool ActiveLow { get; set; }

    internal string[] Roles => RolesByKind.GetValueOrDefault(Kind, []);

    internal string[] Quantities => QuantitiesOf(Kind);

    internal static string[] QuantitiesOf(string kind) => QuantitiesByKind.GetValueOrDefault(kind, []);

    internal bool HasPin => Pins.Count + Loose.Count > 0;

    internal bool NeedsPin => Pins.Count + Loose.Count < (Roles.Length == 0 ? 1 : Roles.Length);

    /// <summary>Whether a load such as a fan hangs on it.</summary>
    internal bool IsCarrier => Kind is "relay" or "output" or "plug";

    internal bool IsGeneric => Kind is "sensor" or "thermometer";

    internal bool Uses(int pin) => Loose.Contains(pin) || Pins.ContainsValue(pin);
}
