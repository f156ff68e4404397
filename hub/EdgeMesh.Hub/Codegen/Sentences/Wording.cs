using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Says behaviours in sentences, so that a person sees what was understood.</summary>
internal static class Wording
{
    internal static string Of(Behaviour b)
    {
        string pins = b.Pins.Count == 0 ? "" : b.Pins.Count == 1 ? $" on GPIO {b.Pins.First().Value}" : " (" + string.Join(", ", b.Pins.Select(p => $"{p.Key.Replace('_', ' ')} on GPIO {p.Value}")) + ")";
        string what = b.Kind switch
        {
            "sensor" or "counter" => $"Read the {Name(b.Sensor)}{pins} every {Time(b.PeriodS)}{Publishes(b)}",
            "heartbeat" => $"Publish a sign of life every {Time(b.PeriodS)}",
            "deep_sleep" => $"Sleep deeply for {Time(b.PeriodS)} after each round of readings",
            "threshold" => $"{Act(b)} the {Name(b.Actuator)}{pins} while {Limits(b)}{(b.DurationS is null ? "" : $", at most {Time(b.DurationS)} at a time")}; off where the sensor fails three times in a row",
            "relay" => $"Switch the {Name(b.Actuator)}{pins} by command{(b.Action == "on" ? ", on at the start" : "")}{(b.DurationS is null ? "" : $", off again after {Time(b.DurationS)}")}",
            "cycle" => $"Turn the {Name(b.Actuator)}{pins} on for {Time(b.DurationS)} every {Time(b.PeriodS)}",
            "schedule" => $"Turn the {Name(b.Actuator)}{pins} on by the time of day",
            "motion_light" => $"Turn the {Name(b.Actuator)} on at motion{pins}, off {(b.DurationS == 0 ? "when" : Time(b.DurationS) + " after")} it ends",
            "button" when b.Actuator is not null => $"{Act(b)} the {Name(b.Actuator)} by the button{pins}{(b.DurationS is null ? "" : $", for {Time(b.DurationS)}")}",
            "door" when b.Actuator is not null => $"Turn the {Name(b.Actuator)} on when the contact {(b.Trigger == "close" ? "closes" : "opens")}{pins}{(b.DelayS > 0 ? $" and stays so for {Time(b.DelayS)}" : "")}{(b.DurationS > 0 ? $", for at most {Time(b.DurationS)}" : "")}",
            "button" or "door" or "motion" or "rotary" => $"Publish the {Name(b.Sensor)}{pins} when it changes",
            "servo" when b.PeriodS is not null => $"Run the servo{pins}, {b.Action} every {Time(b.PeriodS)}",
            _ => $"Run the {Name(b.Actuator)}{pins}{(b.Action is null ? "" : ", " + b.Action)}",
        };
        return what + Settings(b) + string.Concat(b.Conditions.Select(c => (c.Negated ? ", except " : ", only ") + c.Text)) + ".";
    }

    // What else was said of a device, by its parameters; "{0}" is the number.
    private static readonly (string Parameter, string Text)[] Said =
    [
        ("count", "{0} LEDs"), ("brightness_percent", "brightness {0} %"), ("pulses_per_kwh", "{0} pulses per kWh"), ("empty_cm", "empty at {0} cm"), ("full_cm", "full at {0} cm"),
        ("dry_v", "dry at {0} V"), ("wet_v", "wet at {0} V"), ("low", "from {0}"), ("high", "to {0}"), ("step", "in steps of {0}"), ("pause_s", "resting {0} s"),
        ("frequency_hz", "{0} Hz"), ("debounce_ms", "debounced {0} ms"), ("address", "address {0}"),
    ];

    private static string Settings(Behaviour b)
    {
        IEnumerable<string> said = Said.Where(s => b.Values.ContainsKey(s.Parameter))
            .Select(s => string.Format(CultureInfo.InvariantCulture, s.Text, Item.Plain(Templates.HoleExpression.NumberOf(b.Values[s.Parameter]) ?? 0)));
        string[] all = [.. said, .. b.Values.ContainsKey("active_low") ? ["active low"] : System.Array.Empty<string>()];
        return all.Length == 0 ? "" : " (" + string.Join(", ", all) + ")";
    }

    internal static string Name(string? device) => device switch
    {
        null => "device",
        "dht22" or "dht11" or "bme280" or "bmp280" or "ds18b20" or "pir" => device.ToUpperInvariant(),
        "hcsr04" => "HC-SR04",
        "ldr" => "light sensor",
        "led" => "LED",
        _ => device.Replace('_', ' '),
    };

    internal static string Time(double? seconds) => seconds switch
    {
        null => "a while",
        >= 3600 when seconds % 3600 == 0 => $"{Item.Plain(seconds.Value / 3600)} h",
        >= 60 when seconds % 60 == 0 => $"{Item.Plain(seconds.Value / 60)} min",
        _ => $"{Item.Plain(seconds.Value)} s",
    };

    internal static string Clock(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:00}:{minutes % 60:00}");

    internal static string Value(double value, string unit) => Item.Plain(value) + (unit.Length > 0 ? " " + unit : "");

    private static string Act(Behaviour b) => b.Action switch { "toggle" => "Toggle", "off" => "Turn off", "hold" => "Hold on", _ => "Turn on" };

    private static string Publishes(Behaviour b) => b.Publishes.Count == 0 ? "" : " and publish " + string.Join(", ", b.Publishes).Replace('_', ' ');

    private static string Limits(Behaviour b)
    {
        IEnumerable<string> limits = b.Thresholds.Select(t => $"{t.Quantity.Replace('_', ' ')} is {t.Op} {Value(t.Value, t.Unit)}{Back(t)}");
        return string.Join(b.All ? " and " : " or ", limits);
    }

    private static string Back(Limit t) => t.Hysteresis == 0 ? "" : $" (until {Value(Math.Round(t.Op == "above" ? t.Value - t.Hysteresis : t.Value + t.Hysteresis, 6), t.Unit)})";
}
