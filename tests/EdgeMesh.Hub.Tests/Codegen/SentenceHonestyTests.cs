using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Tests.Codegen;

/// <summary>What a reading may not do: drop a word, a number, a negation or a clause, and say that it is complete.</summary>
public sealed class SentenceHonestyTests
{
    private static readonly Board Board = Board.Find("esp32")!;
    private static readonly string[] Complete = [.. ((JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(Interpreter.Root, "tests/EdgeMesh.Hub.Tests/Codegen/sentences.json")))!)
        .Where(c => c!["is"] is not null && c["board"] is null).Select(c => c!["say"]!.GetValue<string>())];

    private static Reading Read(string sentence) => SentenceReader.Read(sentence, Board);

    private static string Lines(Reading reading) => string.Join('\n', ReadingText.Of(reading)["is"]!.AsArray().Select(l => l!.GetValue<string>()).Order(StringComparer.Ordinal));

    [Fact]
    public void A_word_that_nobody_knows_is_asked_for_or_told_wherever_it_stands()
    {
        Random random = new(7);
        foreach (string sentence in Complete)
        {
            string with = Put(sentence, "zorbly", random);
            Reading reading = Read(with);
            Assert.True(!reading.Complete || reading.Assumed.Any(a => a.Contains("zorbly", StringComparison.Ordinal)), with);
        }
    }

    [Fact]
    public void A_number_is_asked_for_or_used_wherever_it_stands()
    {
        Random random = new(8);
        foreach (string sentence in Complete)
        {
            string with = Put(sentence, "7321.5 s", random);
            Reading reading = Read(with);
            Assert.True(!reading.Complete || reading.ToJson()["behaviours"]!.ToJsonString().Contains("7321.5", StringComparison.Ordinal), with + ": " + Lines(reading));
        }
    }

    [Fact]
    public void What_is_denied_is_never_done()
    {
        string[] verbs = ["read", "turn", "switch", "blink", "measure", "toggle", "sound", "dim", "move", "sweep", "run", "count", "publish", "open"];
        foreach (string sentence in Complete.Where(s => verbs.Contains(s.Split(' ')[0].ToLowerInvariant())))
        {
            foreach (string not in new[] { "do not ", "never ", "don't " })
            {
                Reading reading = Read(not + char.ToLowerInvariant(sentence[0]) + sentence[1..]);
                Assert.False(reading.Complete && Lines(reading) == Lines(Read(sentence)), not + sentence);
            }
        }
    }

    [Fact]
    public void The_order_of_sentences_changes_nothing()
    {
        string[] parts =
        [
            "Read the DHT22 on pin 4 every 30 s.", "Blink the LED on pin 2 every second.", "Count the pulses on pin 16 every minute.",
            "Toggle the relay on pin 26 when the button on pin 13 is pressed.", "Switch the lamp on pin 27 on between 18:00 and 23:00.",
            "Sound the buzzer on pin 25 when the door contact on pin 33 opens.",
        ];
        Random random = new(9);
        string[] plain = [.. parts];
        for (int i = 0; i < 60; i++)
        {
            random.Shuffle(parts);
            int taken = random.Next(2, 5);
            string[] said = [.. parts.Take(taken)], alone = [.. plain.Where(said.Contains)];
            Reading reading = Read(string.Join(' ', said));
            Assert.True(reading.Complete, reading.Request);
            Assert.Equal(Lines(Read(string.Join(' ', alone))), Lines(reading));
        }
    }

    [Fact]
    public void Units_come_back_as_they_were_said()
    {
        Random random = new(10);
        for (int i = 0; i < 200; i++)
        {
            double celsius = random.Next(-200, 700) / 10.0, seconds = random.Next(2, 400000), cm = random.Next(30, 390);
            string fahrenheit = Said((celsius * 9 / 5) + 32), minutes = Said(seconds / 60), inches = Said(cm / 2.54);
            Assert.Equal(celsius, Read($"relay on pin 26 on above {fahrenheit} °F, DHT22 on pin 4").Behaviours[1].Thresholds[0].Value, 4);
            Assert.Equal(seconds, Read($"read the DHT22 on pin 4 every {minutes} minutes").Behaviours[0].PeriodS!.Value, 2);
            Assert.Equal(cm, Setting(Read($"tank level, HC-SR04 trigger 5 echo 18, empty at {inches} inches, full at 3 cm"), "empty_cm"), 2);
        }
    }

    [Theory]
    [InlineData("energy meter on pin 14 with 800 imp/kWh", "pulses_per_kwh", 800)]
    [InlineData("S0 meter on GPIO14 (10000 impulses per kWh): send energy every minute", "pulses_per_kwh", 10000)]
    [InlineData("HC-SR04 trig 5 echo 18, 1.2 m when empty and 20 cm when full", "empty_cm", 120)]
    [InlineData("hc-sr04 trigger 5 echo 18 tank 4 ft deep, full at 6 inches", "full_cm", 15.24)]
    [InlineData("soil probe GPIO 34, dry 2.8 V, wet 1.1 V, hourly", "wet_v", 1.1)]
    [InlineData("ws2812 ring with 12 pixels at GPIO 16 red at 20 % brightness", "count", 12)]
    [InlineData("ws2812 ring with 12 pixels at GPIO 16 red at 20 % brightness", "brightness_percent", 20)]
    [InlineData("16 neopixels on G16 blinking blue", "count", 16)]
    [InlineData("neopixel on pin 16, 8 leds, chase in #ff8001", "green", 128)]
    [InlineData("rotary encoder on pins 18 and 19 from 10 to 90 in steps of 5", "high", 90)]
    [InlineData("rotary encoder on pins 18 and 19 from 10 to 90 in steps of 5", "step", 5)]
    [InlineData("PWM LED strip on GPIO 25 at 30 % and 2 kHz", "frequency_hz", 2000)]
    [InlineData("bme280 sda 21 scl 22 address 0x77 every minute", "address", 0x77)]
    [InlineData("pump on pin 25 on when soil moisture on pin 34 is below 30 %, at most 20 seconds, then wait 15 minutes", "pause_s", 900)]
    [InlineData("button on pin 14 toggles the lamp on pin 26, debounce 50 ms", "debounce_ms", 50)]
    public void A_devices_own_numbers_are_set_and_told(string sentence, string parameter, double value)
    {
        Reading reading = Read(sentence);
        Assert.True(reading.Complete, reading.ToJson().ToJsonString());
        Assert.Equal(value, Setting(reading, parameter), 4);
        Assert.True(ProgramWriter.Write(reading).IsOk);
    }

    [Fact]
    public void The_json_of_every_reading_has_every_list_and_no_null()
    {
        foreach (string sentence in Complete.Concat(["", "read the dht22", "erase the flash", "relay on pin 26 on above 28 °C"]))
        {
            JsonObject json = Read(sentence).ToJson();
            Assert.All(new[] { "behaviours", "missing", "refused", "assumed", "understood" }, list => Assert.IsType<JsonArray>(json[list]));
            Assert.Equal(json["missing"]!.AsArray().Count + json["refused"]!.AsArray().Count == 0, json["complete"]!.GetValue<bool>());
            foreach (JsonObject behaviour in json["behaviours"]!.AsArray().Cast<JsonObject>())
            {
                Assert.All(behaviour, field => Assert.NotNull(field.Value));
                Assert.All(new[] { "thresholds", "conditions", "publishes" }, list => Assert.IsType<JsonArray>(behaviour[list]));
                Assert.All(new[] { "pins", "settings" }, map => Assert.IsType<JsonObject>(behaviour[map]));
                Assert.All(new[] { "kind", "template" }, text => Assert.NotEqual("", behaviour[text]!.GetValue<string>()));
                Assert.All(behaviour["pins"]!.AsObject(), pin => Assert.Equal(JsonValueKind.Number, pin.Value!.GetValueKind()));
                Assert.All(behaviour["thresholds"]!.AsArray(), t => Assert.Equal(JsonValueKind.Number, t!["value"]!.GetValueKind()));
            }
        }
    }

    private static double Setting(Reading reading, string parameter) =>
        reading.ToJson()["behaviours"]!.AsArray().Select(b => b!["settings"]![parameter]).OfType<JsonNode>().Select(n => double.Parse(n.ToJsonString(), CultureInfo.InvariantCulture)).Single();

    private static string Said(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Put(string sentence, string word, Random random)
    {
        List<string> words = [.. sentence.Split(' ')];
        words.Insert(random.Next(words.Count + 1), word);
        return string.Join(' ', words);
    }
}
