using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>What happens around a program in a dry run, and what is expected of it: <c>docs/dry-run.md</c>. Written as JSON in snake_case.</summary>
/// <param name="DurationS">Virtual time to run, in seconds; above 0, at most 31 days.</param>
public sealed record Scenario(double DurationS)
{
    /// <summary>The board, one of the shipped policy's.</summary>
    public string Board { get; init; } = "esp32";

    /// <summary>What the program may hold in memory, in bytes; 16 KiB to 4 MiB.</summary>
    public int HeapBytes { get; init; } = 126976;

    /// <summary>The device's clock at the start, in Unix seconds (UTC). The default is midnight, 2026-01-01T00:00:00Z.</summary>
    public long StartUnixS { get; init; } = 1767225600;

    /// <summary>What the world does; a value holds until the next one for the same thing.</summary>
    public IReadOnlyList<ScenarioInput> Inputs { get; init; } = [];

    /// <summary>What the program is to do.</summary>
    public IReadOnlyList<Expectation> Expect { get; init; } = [];
}

/// <summary>One thing that the world does. Which members are given says what it is; <see cref="ScenarioCheck"/> knows the kinds.</summary>
public sealed record ScenarioInput
{
    /// <summary>When, in seconds from the start.</summary>
    public double AtS { get; init; }

    /// <summary>The pin it happens at; of an ultrasonic sensor, the echo.</summary>
    public int? Pin { get; init; }

    /// <summary>The I2C bus it happens on.</summary>
    [JsonPropertyName("i2c")]
    public int? I2C { get; init; }

    /// <summary>The I2C address, 0 to 127.</summary>
    public int? Address { get; init; }

    /// <summary><c>dht11</c>, <c>dht22</c>, <c>ds18b20</c>, <c>bme280</c>, <c>bmp280</c> or <c>hcsr04</c>.</summary>
    public string? Sensor { get; init; }

    /// <summary>The 1-Wire address, 16 hex digits.</summary>
    public string? Rom { get; init; }

    /// <summary>What a sensor feels, in °C.</summary>
    public double? TemperatureC { get; init; }

    /// <summary>What a sensor feels, in % relative humidity.</summary>
    public double? HumidityPercent { get; init; }

    /// <summary>What a sensor feels, in hPa.</summary>
    public double? PressureHpa { get; init; }

    /// <summary>The trigger of an ultrasonic sensor.</summary>
    public int? TriggerPin { get; init; }

    /// <summary>How far away what an ultrasonic sensor sees is, in cm.</summary>
    public double? DistanceCm { get; init; }

    /// <summary>Voltage at an analogue input.</summary>
    public double? VoltageV { get; init; }

    /// <summary>Level at a digital input, 0 or 1.</summary>
    public int? Level { get; init; }

    /// <summary>So many pulses away from where the pin rests.</summary>
    public int? Pulses { get; init; }

    /// <summary>From one pulse to the next, in seconds.</summary>
    public double? PeriodS { get; init; }

    /// <summary>At a sensor: <c>timeout</c>, <c>nan</c>, or <c>none</c>, which ends it. Of the network: <c>wifi_down</c>, <c>broker_down</c>.</summary>
    public string? Fault { get; init; }

    /// <summary>How long the network is gone, in seconds; without it, for good.</summary>
    public double? ForS { get; init; }

    /// <summary>A command to the program.</summary>
    public ScenarioCommand? Command { get; init; }

    /// <summary>Registers of an I2C device of which nothing else is known: number to value.</summary>
    public IReadOnlyDictionary<string, int>? Registers { get; init; }

    /// <summary>A message at the broker that the program itself connects to.</summary>
    public ScenarioMessage? Mqtt { get; init; }

    /// <summary>What a web server answers from now on at this address.</summary>
    public string? Url { get; init; }

    /// <summary>Status of that answer; 200 without.</summary>
    public int? Status { get; init; }

    /// <summary>Body of that answer.</summary>
    public string? Body { get; init; }

    /// <summary>The serial line that receives something.</summary>
    public int? Uart { get; init; }

    /// <summary>What the serial line receives.</summary>
    public string? Receive { get; init; }
}

/// <summary>A command as it comes to <c>edgemesh.on_command</c>.</summary>
public sealed record ScenarioCommand(string Name)
{
    /// <summary>An object; empty without.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>A message of a scripted broker.</summary>
public sealed record ScenarioMessage(string Topic, string Payload);

/// <summary>Something the program is to do. Which members are given says what it is; <see cref="ScenarioCheck"/> knows the kinds.</summary>
public sealed record Expectation
{
    /// <summary>A member that is to be published.</summary>
    public string? Publishes { get; init; }

    /// <summary>How often, in seconds.</summary>
    public double? EveryS { get; init; }

    /// <summary>By how much a time may differ, in seconds; 1 without.</summary>
    public double? ToleranceS { get; init; }

    /// <summary>At least so many times.</summary>
    public int? AtLeast { get; init; }

    /// <summary>At most so many times.</summary>
    public int? AtMost { get; init; }

    /// <summary>The value that is to be published: a number, text or truth value.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>By how much a value or a duty may differ.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Where the time that counts begins, in seconds; 0 without.</summary>
    public double? FromS { get; init; }

    /// <summary>How long it lasts, in seconds; to the end without.</summary>
    public double? WithinS { get; init; }

    /// <summary>Where it ends, in seconds, of what is to hold throughout; the end without.</summary>
    public double? ToS { get; init; }

    /// <summary>How long it then stays so, in seconds; 0 without.</summary>
    public double? HoldS { get; init; }

    /// <summary>The pin.</summary>
    public int? Pin { get; init; }

    /// <summary>The level the program gives it, 0 or 1.</summary>
    public int? Level { get; init; }

    /// <summary>Whether the level is to hold throughout.</summary>
    public bool? Always { get; init; }

    /// <summary>Duty of a PWM output.</summary>
    public double? DutyPercent { get; init; }

    /// <summary>Length of a PWM output's pulses, as servos take them.</summary>
    public double? PulseUs { get; init; }

    /// <summary>By how much that may differ; 20 without.</summary>
    public double? ToleranceUs { get; init; }

    /// <summary>The pin of a chain of pixels.</summary>
    public int? Neopixel { get; init; }

    /// <summary>Whether any pixel is lit.</summary>
    public bool? Lit { get; init; }

    /// <summary>Length of each deep sleep, in seconds.</summary>
    [JsonPropertyName("deepsleep_s")]
    public double? DeepsleepS { get; init; }

    /// <summary>At most so many exceptions that the program does not catch.</summary>
    public int? Exceptions { get; init; }

    /// <summary>Longest period of <c>loop()</c>, or between two sleeps where there is none, in seconds.</summary>
    public double? LoopPeriodSMax { get; init; }

    /// <summary>Most memory alive, in bytes.</summary>
    public int? HeapPeakBytesMax { get; init; }
}
