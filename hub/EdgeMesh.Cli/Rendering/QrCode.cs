using System.Collections;
using System.Collections.Generic;
using System.Text;
using EdgeMesh.Hub.Enrollment;
using QRCoder;

namespace EdgeMesh.Cli.Rendering;

/// <summary>A setup code as a QR code: <c>EDGEMESH:token-CODE?host:port</c>.</summary>
internal static class QrCode
{
    private const int PixelsPerModule = 8;

    /// <summary>For a terminal, two modules in a character. Dark on light, whatever the terminal's colours: the light ones are drawn.</summary>
    internal static IEnumerable<string> Lines(NewEnrollment made)
    {
        using QRCodeData code = Data(made);
        List<BitArray> rows = code.ModuleMatrix;
        for (int y = 0; y < rows.Count; y += 2)
        {
            StringBuilder line = new();
            for (int x = 0; x < rows[y].Count; x++)
            {
                bool upper = !rows[y][x];
                bool lower = y + 1 < rows.Count && !rows[y + 1][x];
                line.Append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
            }

            yield return line.ToString();
        }
    }

    internal static byte[] Png(NewEnrollment made)
    {
        using QRCodeData code = Data(made);
        using PngByteQRCode picture = new(code);
        return picture.GetGraphic(PixelsPerModule);
    }

    private static QRCodeData Data(NewEnrollment made) =>
        QRCodeGenerator.GenerateQrCode($"EDGEMESH:{made.Secret}?{made.Host}:{made.Port}", QRCodeGenerator.ECCLevel.M);
}
