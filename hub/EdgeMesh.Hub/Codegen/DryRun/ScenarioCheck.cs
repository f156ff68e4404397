using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Whether a scenario can be played: each input and expectation is of one kind, with what that kind needs, in range.</summary>
public static class ScenarioCheck
{
    /// <summary>Longest virtual time, in seconds: 31 days.</summary>
    public const double DurationSMax = 31 * 24 * 3600;

    private const int InputsMax = 2000;
    private const int ExpectMax = 200;
    private const int PulsesMax = 100000;
    private const int PinMax = 48;
    private const int HeapBytesMin = 16 * 1024;
    private const int HeapBytesMax = 4 * 1024 * 1024;

    private static readonly IEnumerable<string> Boards = PolicyData.Shipped.Boards.Keys;
    private static readonly string[] Faults = ["timeout", "nan", "none"];

    /// <summary>The scenario, or <c>invalid_argument</c> with the first thing that is wrong.</summary>
    public static Result<Scenario> Of(Scenario scenario)
    {
        string? problem = Outline(scenario)
            ?? scenario.Inputs.Select((input, i) => Named($"inputs[{i}]", InputProblem(input))).FirstOrDefault(p => p is not null)
            ?? scenario.Expect.Select((expect, i) => Named($"expect[{i}]", ExpectProblem(expect))).FirstOrDefault(p => p is not null);
        return problem is null ? scenario : new Error(ErrorCodes.InvalidArgument, $"The scenario cannot be played: {problem}");
    }

    private static string? Named(string where, string? problem) => problem is null ? null : $"{where}: {problem}";

    private static string? Outline(Scenario s) =>
        !(s.DurationS > 0 && s.DurationS <= DurationSMax) ? Text($"duration_s is {s.DurationS}; it must be above 0 and at most {DurationSMax} (31 days).")
        : !Boards.Contains(s.Board) ? $"board is \"{s.Board}\"; the boards are {string.Join(", ", Boards)}."
        : s.HeapBytes is < HeapBytesMin or > HeapBytesMax ? $"heap_bytes is {s.HeapBytes}; it must be {HeapBytesMin} to {HeapBytesMax}."
        : s.StartUnixS is < 946684800 or > 4102444800 ? $"start_unix_s is {s.StartUnixS}; it must lie between the years 2000 and 2100."
        : s.Inputs.Count > InputsMax ? $"there are {s.Inputs.Count} inputs; {InputsMax} are the most."
        : s.Expect.Count > ExpectMax ? $"there are {s.Expect.Count} expectations; {ExpectMax} are the most."
        : s.Inputs.Sum(i => (long)(i.Pulses ?? 0)) > PulsesMax ? $"the inputs give more than {PulsesMax} pulses in all."
        : null;

    private static string? InputProblem(ScenarioInput i)
    {
        string[] kinds = Given(("sensor", i.Sensor), ("voltage_v", i.VoltageV), ("level", i.Level), ("pulses", i.Pulses), ("fault", i.Fault), ("command", i.Command),
            ("registers", i.Registers), ("mqtt", i.Mqtt), ("url", i.Url), ("uart", i.Uart));
        return !(i.AtS >= 0 && i.AtS <= DurationSMax) ? Text($"at_s is {i.AtS}; it must be 0 or above.")
            : kinds.Length != 1 ? OneOf("what happens", kinds, "sensor, voltage_v, level, pulses, fault, command, registers, mqtt, url, uart")
            : Pins(i.Pin, i.TriggerPin) ?? kinds[0] switch
            {
                "sensor" => SensorProblem(i),
                "fault" => FaultProblem(i),
                "voltage_v" => Need("pin", i.Pin) ?? (i.VoltageV is >= 0 and <= 5 ? null : Text($"voltage_v is {i.VoltageV}; it must be 0 to 5.")),
                "level" => Need("pin", i.Pin) ?? Level(i.Level),
                "pulses" => Need("pin", i.Pin) ?? Need("period_s", i.PeriodS)
                    ?? (i is { Pulses: > 0, PeriodS: >= 0.0001 } ? null : "pulses must be above 0, and period_s at least 0.0001."),
                "command" => i.Command!.Data is { ValueKind: not JsonValueKind.Object } ? "the data of a command must be an object." : null,
                "registers" => Chip(i) ?? (i.Registers!.All(r => int.TryParse(r.Key, CultureInfo.InvariantCulture, out int number) && number is >= 0 and < 256 && r.Value is >= 0 and < 256)
                    ? null : "registers must give numbers from 0 to 255 values from 0 to 255."),
                "uart" => Need("receive", i.Receive),
                _ => null,
            };
    }

    private static string? SensorProblem(ScenarioInput i) => i.Sensor switch
    {
        "dht11" or "dht22" => Need("pin", i.Pin) ?? (i.TemperatureC is null && i.HumidityPercent is null ? "give temperature_c or humidity_percent." : null),
        "ds18b20" => Need("pin", i.Pin) ?? Need("temperature_c", i.TemperatureC)
            ?? (i.Rom is null or { Length: 16 } && (i.Rom ?? "").All(char.IsAsciiHexDigitLower) ? null : "rom must be 16 hex digits in lower case."),
        "bme280" or "bmp280" => Chip(i),
        "hcsr04" => Need("pin", i.Pin) ?? Need("trigger_pin", i.TriggerPin) ?? Need("distance_cm", i.DistanceCm),
        _ => $"sensor is \"{i.Sensor}\"; the sensors are dht11, dht22, ds18b20, bme280, bmp280, hcsr04.",
    };

    private static string? FaultProblem(ScenarioInput i) => i.Fault is "wifi_down" or "broker_down"
        ? i.ForS is <= 0 ? "for_s must be above 0." : null
        : !Faults.Contains(i.Fault) ? $"fault is \"{i.Fault}\"; the faults are timeout, nan and none at a sensor, wifi_down and broker_down."
        : i.I2C is null ? Need("pin", i.Pin) : Chip(i);

    private static string? Chip(ScenarioInput i) => Need("i2c", i.I2C) ?? Need("address", i.Address)
        ?? (i.Address is >= 0 and <= 127 ? null : $"address is {i.Address}; it must be 0 to 127.");

    private static string? ExpectProblem(Expectation e)
    {
        string[] kinds = Given(("publishes", e.Publishes), ("level", e.Level), ("duty_percent", e.DutyPercent), ("pulse_us", e.PulseUs), ("neopixel", e.Neopixel),
            ("deepsleep_s", e.DeepsleepS), ("exceptions", e.Exceptions), ("loop_period_s_max", e.LoopPeriodSMax), ("heap_peak_bytes_max", e.HeapPeakBytesMax));
        return kinds.Length != 1
            ? OneOf("what is expected", kinds, "publishes, level, duty_percent, pulse_us, neopixel, deepsleep_s, exceptions, loop_period_s_max, heap_peak_bytes_max")
            : Pins(e.Pin, e.Neopixel) ?? kinds[0] switch
            {
                "level" => Need("pin", e.Pin) ?? Level(e.Level),
                "duty_percent" or "pulse_us" => Need("pin", e.Pin),
                "neopixel" => Need("lit", e.Lit),
                "publishes" when e.EveryS is <= 0 => "every_s must be above 0.",
                "publishes" when e is { EveryS: not null, Value: not null } => "every_s and value are two expectations; give them apart.",
                _ => null,
            };
    }

    private static string[] Given(params (string Name, object? Value)[] members) => [.. members.Where(m => m.Value is not null).Select(m => m.Name)];

    private static string OneOf(string what, string[] given, string all) =>
        given.Length == 0 ? $"it does not say {what}; give one of {all}." : $"it says {what} in more than one way ({string.Join(", ", given)}); give them apart.";

    private static string? Need(string member, object? value) => value is null ? $"{member} is missing." : null;

    private static string? Level(int? level) => level is 0 or 1 ? null : $"level is {level}; it must be 0 or 1.";

    private static string? Pins(params IEnumerable<int?> pins) =>
        pins.FirstOrDefault(p => p is < 0 or > PinMax) is int wrong ? $"there is no pin {wrong}; pins are 0 to {PinMax}." : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
