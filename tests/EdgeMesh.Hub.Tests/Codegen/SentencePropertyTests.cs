using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Tests.Codegen;

/// <summary>What holds for every sentence, however it is put.</summary>
public sealed class SentencePropertyTests
{
    private static readonly Board Board = Board.Find("esp32")!;

    private static string Text(string sentence) => ReadingText.Of(SentenceReader.Read(sentence, Board)).ToJsonString();

    [Theory]
    [InlineData(30, "30 s", "30s", "30 sec", "30 seconds", "thirty seconds", "half a minute", "0.5 min", "0,5 min", "1/2 minute", "30000 ms", "½ minute", "30-second intervals")]
    [InlineData(60, "minute", "60 s", "1 min", "one minute", "sixty seconds", "a minute", "single minute")]
    [InlineData(90, "90 s", "one and a half minutes", "1.5 minutes", "1 1/2 minutes", "minute and a half", "1 min 30 s", "1 minute and 30 seconds", "ninety seconds")]
    [InlineData(120, "other minute", "two minutes", "2 min", "couple of minutes", "120 s")]
    [InlineData(900, "quarter of an hour", "quarter hour", "15 min", "fifteen minutes")]
    [InlineData(1800, "half hour", "half an hour", "30 minutes", "thirty mins", "0.5 h")]
    [InlineData(2700, "three quarters of an hour", "45 min", "forty-five minutes")]
    [InlineData(5400, "hour and a half", "1 h 30 min", "1.5 h", "one and a half hours", "90 minutes")]
    [InlineData(7200, "two hours", "2h", "120 min", "other hour")]
    public void Every_way_to_say_a_period_is_the_same_period(double seconds, params string[] ways)
    {
        string plain = Text($"read the DHT22 on pin 4 every {seconds} s");
        foreach (string way in ways)
        {
            string sentence = way.EndsWith("intervals", StringComparison.Ordinal) ? $"read the DHT22 on pin 4 at {way}" : way.StartsWith("couple", StringComparison.Ordinal) ? $"read the DHT22 on pin 4 every a {way}" : $"read the DHT22 on pin 4 every {way}";
            Assert.True(plain == Text(sentence), $"{sentence}: {Text(sentence)}");
        }
    }

    [Theory]
    [InlineData("pin 4", "GPIO4", "gpio 4", "GPIO-4", "IO4", "D4", "pin number 4", "pin #4", "pin four", "gpio pin 4", "pin D4", "pin GPIO4", "Pin: 4", "G4")]
    public void Every_way_to_name_a_pin_is_the_same_pin(params string[] ways)
    {
        string plain = Text("read the DHT22 on pin 4 every 30 s");
        Assert.All(ways, way => Assert.True(plain == Text($"read the DHT22 on {way} every 30 s"), way + ": " + Text($"read the DHT22 on {way} every 30 s")));
    }

    [Theory]
    [InlineData("28 °C", "28°C", "28 degrees", "28 degrees Celsius", "28 C", "28 deg C", "28.0 °C", "28,0 °C", "82.4 °F", "82.4 F", "82.4 degrees Fahrenheit", "twenty-eight degrees", "28 ℃")]
    public void Every_way_to_say_a_temperature_is_the_same_temperature(params string[] ways)
    {
        string plain = Text("turn the relay on pin 26 on above 28 °C, DHT22 on pin 4");
        Assert.All(ways, way => Assert.True(plain == Text($"turn the relay on pin 26 on above {way}, DHT22 on pin 4"), way + ": " + Text($"turn the relay on pin 26 on above {way}, DHT22 on pin 4")));
    }

    [Theory]
    [InlineData("rises above", "goes over", "is greater than", "exceeds", "is higher than", "is more than", "gets above", "is above", ">", "climbs over")]
    public void Every_word_for_above_is_above(params string[] ways)
    {
        string plain = Text("turn on the relay on pin 26 when the temperature is above 28 °C, DHT22 on pin 4");
        Assert.All(ways, way => Assert.True(plain == Text($"turn on the relay on pin 26 when the temperature {way} 28 °C, DHT22 on pin 4"), way));
    }

    [Theory]
    [InlineData("please ", "")]
    [InlineData("Could you ", "?")]
    [InlineData("I would like you to ", ", thanks!")]
    [InlineData("hey, I want it to ", " please.")]
    public void Politeness_changes_nothing(string before, string after) =>
        Assert.Equal(Text("read the DHT22 on pin 4 every 30 s and switch the relay on pin 26 on above 28 °C"), Text($"{before}read the DHT22 on pin 4 every 30 s and switch the relay on pin 26 on above 28 °C{after}"));

    [Fact]
    public void Whatever_the_text_there_is_a_reading_in_time_and_nothing_forbidden_passes()
    {
        Random random = new(5);
        string[] words = [.. "read dht22 on pin 4 every 30 s and relay 26 above below 28 °C between 22:00 6:00 off for until when button pressed door opens it % , . ; : - -5 half quarter an hour 99999999999999 1/0 ½ trigger echo sda ( ) \" ' not only except night motion keep servo led 0 \u0000 \ud800 é 漢 gpio d99 vp".Split(' ')];
        for (int i = 0; i < 4000; i++)
        {
            StringBuilder text = new();
            int count = random.Next(1, 60);
            for (int w = 0; w < count; w++)
            {
                text.Append(random.Next(8) == 0 ? ((char)random.Next(0, 0x2100)).ToString() : words[random.Next(words.Length)]).Append(random.Next(6) == 0 ? "" : " ");
            }

            Reading reading = SentenceReader.Read(text.ToString(), Board);
            Assert.True(reading.Complete || reading.Missing.Count + reading.Refused.Count > 0, text.ToString());
            if (reading.Complete)
            {
                Assert.True(ProgramWriter.Write(reading).IsOk, text + ": " + ProgramWriter.Write(reading).Error?.Message);
            }

            Assert.False(SentenceReader.Read(text.ToString(0, Math.Min(text.Length, 900)) + " and open a web server", Board).Complete);
        }
    }

    [Fact]
    public void A_request_beyond_the_limit_is_refused_however_long()
    {
        foreach (string text in new[] { new string('a', 1_000_000), string.Concat(Enumerable.Repeat("turn on the relay on pin 26 ", 40000)), new string('(', 100_000), new string('1', 500_000) })
        {
            Assert.Equal(ErrorCodes.RequestTooLong, SentenceReader.Read(text, Board).Refused[0].Code);
        }

        foreach (string text in new[] { new string('1', 1000), new string('-', 1000), string.Concat(Enumerable.Repeat("and ", 250)), string.Concat(Enumerable.Repeat("half ", 200)) })
        {
            Assert.False(SentenceReader.Read(text, Board).Complete);
        }
    }

    [Fact]
    public void Pins_are_the_boards()
    {
        Assert.False(SentenceReader.Read("read the DHT22 on pin 40 every 30 s", Board).Complete);
        Assert.True(SentenceReader.Read("read the DHT22 on pin 40 every 30 s", Board.Find("esp32-s3")!).Complete);
        Assert.Equal(2, SentenceReader.Read("read the DHT22 on D0 every 30 s", Board.Find("xiao-esp32c3")!).Behaviours[0].Pins["data"]);
        Assert.Equal(36, SentenceReader.Read("read the LDR on VP every 30 s", Board).Behaviours[0].Pins["data"]);
    }
}
