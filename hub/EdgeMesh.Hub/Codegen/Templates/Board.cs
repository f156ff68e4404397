using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using EdgeMesh.MicroPython.Policy;
using PolicyBoard = EdgeMesh.MicroPython.Policy.Board;

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
    /// <summary>The boards that are known: those of the shipped policy.</summary>
    public static IReadOnlyList<Board> Known { get; } =
    [
        Of("esp32", "32-39", "vp=36,svp=36,vn=39,svn=39,tx0=1,rx0=3,tx2=17,rx2=16,sda=21,scl=22,a0=36,a3=39,a4=32,a5=33,a6=34,a7=35"),
        Of("esp32-wrover", "32-39", "vp=36,svp=36,vn=39,svn=39,tx0=1,rx0=3,sda=21,scl=22,a0=36,a3=39,a4=32,a5=33,a6=34,a7=35"),
        Of("esp32-s2", "1-10", "sda=8,scl=9"),
        Of("esp32-s3", "1-10", "sda=8,scl=9"),
        Of("esp32-c3", "0-4", "sda=8,scl=9"),
        Of("esp32-c6", "0-6", "sda=6,scl=7"),
        Of("xiao-esp32c3", "0-4", "d0=2,d1=3,d2=4,d3=5,d4=6,d5=7,d6=21,d7=20,d8=8,d9=9,d10=10,a0=2,a1=3,a2=4,sda=6,scl=7"),
    ];

    /// <summary>A board by its name; null where it is not known.</summary>
    public static Board? Find(string name) => Known.FirstOrDefault(b => string.Equals(b.Name, name, System.StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the chip can pull the pin up or down.</summary>
    public bool CanPull(int pin) => !InputOnly.Contains(pin);

    // Which pins there are is the policy's to say; what is added here is what only sentences and templates ask for.
    private static Board Of(string name, string analog, string labels)
    {
        PolicyBoard chip = PolicyData.Shipped.Boards[name];
        return new Board(
            name, chip.Pins, chip.Reserved, chip.InputOnly, PolicyData.Pins(analog), chip.Strapping,
            labels.Split(',').Select(l => l.Split('=')).ToDictionary(l => l[0], l => int.Parse(l[1], CultureInfo.InvariantCulture)));
    }
}
