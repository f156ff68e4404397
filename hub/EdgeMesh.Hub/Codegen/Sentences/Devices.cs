using System.Collections.Generic;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Which template reads which sensor, with which values, and which parameters are its pins.</summary>
internal sealed record SensorTemplate(string Template, string[] PinParameters, double DefaultPeriodS)
{
    internal Dictionary<string, JsonNode?> Values { get; init; } = [];

    /// <summary>What the template calls the quantity, where not as the sensor does.</summary>
    internal string Note { get; init; } = "";

    private static readonly Dictionary<string, SensorTemplate> ByKind = new()
    {
        ["dht22"] = new("dht", ["pin"], 30) { Values = new() { ["model"] = "dht22" } },
        ["dht11"] = new("dht", ["pin"], 30) { Values = new() { ["model"] = "dht11" } },
        ["ds18b20"] = new("ds18b20", ["pin"], 30),
        ["bme280"] = new("bme280", ["sda", "scl"], 30) { Values = new() { ["model"] = "bme280" } },
        ["bmp280"] = new("bme280", ["sda", "scl"], 30) { Values = new() { ["model"] = "bmp280" } },
        ["soil_moisture"] = new("soil_moisture", ["pin"], 60),
        ["hcsr04"] = new("tank_level", ["trigger", "echo"], 10),
        ["ldr"] = Analog("light", 100, "Light is in percent of the input's 3.3 V."),
        ["pot"] = Analog("position", 100, "") with { DefaultPeriodS = 1 },
        ["analog"] = Analog("voltage", 3.3, ""),
        ["battery"] = Analog("voltage", 3.3, "The voltage is the pin's: a divider before it needs its calibration."),
        ["gas"] = Analog("gas", 100, "Gas is in percent of the input's 3.3 V."),
        ["pressure_transducer"] = Analog("pressure", 100, "Pressure is in percent of the input's 3.3 V."),
        ["energy_meter"] = new("energy", ["pin"], 60),
        ["counter"] = new("counter", ["pin"], 60),
        ["rotary_encoder"] = new("rotary", ["a", "b"], 0),
    };

    internal static SensorTemplate? Of(Entity sensor) => sensor.Count && sensor.Kind is "button" or "contact" or "pir" ? ByKind["counter"] : ByKind.GetValueOrDefault(sensor.Kind);

    internal static string Unit(string quantity, Entity? sensor) => quantity switch
    {
        "temperature" => "°C",
        "humidity" or "moisture" or "level" or "light" or "gas" => "%",
        "position" => sensor?.Kind == "pot" ? "%" : "",
        "pressure" => sensor?.Kind == "pressure_transducer" ? "%" : "hPa",
        "distance" => "cm",
        "voltage" => "V",
        "power" => "W",
        "energy" => "kWh",
        _ => "",
    };

    /// <summary>What a controller goes back by where nobody says.</summary>
    internal static double Hysteresis(string quantity) => quantity switch
    {
        "temperature" => 0.5, "humidity" => 3, "pressure" => 1, "distance" => 2, "voltage" => 0.05, "power" => 50, "energy" => 0.01, "count" => 0, _ => 5,
    };

    /// <summary>Lowest and highest that can be.</summary>
    internal static (double Min, double Max) Range(string quantity, Entity? sensor) => quantity switch
    {
        "temperature" => sensor?.Kind switch { "dht11" => (0, 50), "dht22" => (-40, 80), "ds18b20" => (-55, 125), _ => (-55, 125) },
        "pressure" => sensor?.Kind == "pressure_transducer" ? (0, 100) : (300, 1100),
        "distance" => (2, 400),
        "voltage" => (0, 3.3),
        _ => Unit(quantity, sensor) == "%" ? (0, 100) : (double.MinValue, double.MaxValue),
    };

    private static SensorTemplate Analog(string quantity, double high, string note) => new("analog", ["pin"], 10)
    {
        Values = new() { ["quantity"] = quantity, ["high_value"] = high },
        Note = note,
    };
}
