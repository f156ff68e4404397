using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>What a board's pins can do. The numbers are those of the chips' data sheets (Espressif, "IO MUX and GPIO" and "ADC").</summary>
/// <param name="Name">Its name, as in <c>--board</c>.</param>
/// <param name="Pins">The GPIOs that exist.</param>
/// <param name="Reserved">Those that carry the flash or the memory.</param>
/// <param name="InputOnly">Those that cannot drive anything and have no pulls.</param>
/// <param name="Analog">Those of the converter that works beside Wi-Fi (ADC1).</param>
/// <param name="Strapping">Those whose level at power-on chooses how the chip starts.</param>
/// <param name="Labels">What is printed beside pins, in small letters, where it is not the number.</param>
public sealed record Board(
    string Name,
    IReadOnlySet<int> Pins,
    IReadOnlySet<int> Reserved,
    IReadOnlySet<int> InputOnly,
    IReadOnlySet<int> Analog,
    IReadOnlySet<int> Strapping,
    IReadOnlyDictionary<string, int> Labels)
{
    /// <summary>The boards that are known.</summary>
    public static IReadOnlyList<Board> Known { get; } =
    [
        Of("esp32", "0-19,21-23,25-27,32-39", "6-11", "34-39", "32-39", "0,2,5,12,15", "vp=36,svp=36,vn=39,svn=39,tx0=1,rx0=3,tx2=17,rx2=16,sda=21,scl=22,a0=36,a3=39,a4=32,a5=33,a6=34,a7=35"),
        Of("esp32-s2", "0-21,26-46", "26-32", "46", "1-10", "0,45,46", "sda=8,scl=9"),
        Of("esp32-s3", "0-21,26-48", "26-32", "", "1-10", "0,3,45,46", "sda=8,scl=9"),
        Of("esp32-c3", "0-21", "11-17", "", "0-4", "2,8,9", "sda=8,scl=9"),
        Of("esp32-c6", "0-30", "24-30", "", "0-6", "4,5,8,9,15", "sda=6,scl=7"),
        Of("xiao-esp32c3", "0-21", "11-17", "", "0-4", "2,8,9", "d0=2,d1=3,d2=4,d3=5,d4=6,d5=7,d6=21,d7=20,d8=8,d9=9,d10=10,a0=2,a1=3,a2=4,sda=6,scl=7"),
    ];

    /// <summary>A board by its name; null where it is not known.</summary>
    public static Board? Find(string name) => Known.FirstOrDefault(b => string.Equals(b.Name, name, System.StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the chip can pull the pin up or down.</summary>
    public bool CanPull(int pin) => !InputOnly.Contains(pin);

    private static Board Of(string name, string pins, string reserved, string inputOnly, string analog, string strapping, string labels) => new(
        name, Numbers(pins), Numbers(reserved), Numbers(inputOnly), Numbers(analog), Numbers(strapping),
        labels.Split(',').Select(l => l.Split('=')).ToDictionary(l => l[0], l => Number(l[1])));

    private static HashSet<int> Numbers(string ranges) => [.. ranges.Split(',', System.StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('-')).SelectMany(r =>
        Enumerable.Range(Number(r[0]), Number(r[^1]) - Number(r[0]) + 1))];

    private static int Number(string digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
}
