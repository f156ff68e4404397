using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>What a unit measures, and how it becomes the one we keep.</summary>
/// <param name="Dimension">Such as <c>time</c>.</param>
/// <param name="Name">The unit kept: s, °C, %, cm, lux, V, hPa, Hz, W, kWh.</param>
/// <param name="Factor">What one of them is in the unit kept.</param>
/// <param name="Offset">What is added before.</param>
internal sealed record Unit(string Dimension, string Name, double Factor, double Offset = 0)
{
    internal double Convert(double value) => System.Math.Round((value + Offset) * Factor, 6);
}

/// <summary>The units that requests use, by every word for them.</summary>
internal static class Units
{
    private static readonly Dictionary<string, Unit> ByWord = Table(
        ("ms millisecond milliseconds msec msecs", new Unit("time", "s", 0.001)),
        ("s sec secs second seconds", new Unit("time", "s", 1)),
        ("min mins minute minutes", new Unit("time", "s", 60)),
        ("h hr hrs hour hours", new Unit("time", "s", 3600)),
        ("d day days", new Unit("time", "s", 86400)),
        ("week weeks", new Unit("time", "s", 604800)),
        ("°c c celsius centigrade", new Unit("temperature", "°C", 1)),
        ("°f f fahrenheit", new Unit("temperature", "°C", 5.0 / 9, -32)),
        ("kelvin", new Unit("temperature", "°C", 1, -273.15)),
        ("° deg degree degrees grad grade grades", new Unit("degrees", "°", 1)),
        ("% percent pct percentage", new Unit("percent", "%", 1)),
        ("mm millimeter millimeters millimetre millimetres", new Unit("length", "cm", 0.1)),
        ("cm centimeter centimeters centimetre centimetres", new Unit("length", "cm", 1)),
        ("meter meters metre metres", new Unit("length", "cm", 100)),
        ("inch inches", new Unit("length", "cm", 2.54)),
        ("ft foot feet", new Unit("length", "cm", 30.48)),
        ("m", new Unit("m", "m", 1)),
        ("lux lx", new Unit("light", "lux", 1)),
        ("v volt volts", new Unit("voltage", "V", 1)),
        ("mv millivolt millivolts", new Unit("voltage", "V", 0.001)),
        ("hpa mbar millibar millibars hectopascal hectopascals", new Unit("pressure", "hPa", 1)),
        ("kpa", new Unit("pressure", "hPa", 10)),
        ("hz hertz", new Unit("frequency", "Hz", 1)),
        ("khz", new Unit("frequency", "Hz", 1000)),
        ("w watt watts", new Unit("power", "W", 1)),
        ("kw kilowatt kilowatts", new Unit("power", "W", 1000)),
        ("kwh", new Unit("energy", "kWh", 1)),
        ("leds pixels", new Unit("pixels", "LEDs", 1)));

    /// <summary>A unit by its word; null where it is none.</summary>
    internal static Unit? Find(string word) => ByWord.GetValueOrDefault(word);

    private static Dictionary<string, Unit> Table(params (string Words, Unit Unit)[] rows)
    {
        Dictionary<string, Unit> table = [];
        foreach ((string words, Unit unit) in rows)
        {
            foreach (string word in words.Split(' '))
            {
                table[word] = unit;
            }
        }

        return table;
    }
}
