using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.VectorGenerator;

/// <summary>Offers, good and bad, and what a device answers.</summary>
internal static class Offers
{
    public static JsonObject Profile => new()
    {
        ["device_type"] = "esp32-mpy", ["kinds"] = new JsonArray("micropython-app"), ["slot_bytes"] = 65536, ["window"] = 8,
        ["chunk_bytes"] = 4096, ["capabilities"] = new JsonArray("ds18b20"), ["sequence"] = 4, ["on_trial"] = false,
        ["applied_session"] = 3, ["unix_seconds"] = 1760000000,
    };

    public static JsonObject Make(Draw draw, int count)
    {
        draw.Expect(new[]
        {
            "accepted", ErrorCodes.EncodingUnsupported, ErrorCodes.DeviceTypeMismatch, ErrorCodes.KindUnsupported, ErrorCodes.ImageTooLarge,
            ErrorCodes.RequirementMissing, ErrorCodes.SequenceNotAbove, ErrorCodes.ManifestExpired, ErrorCodes.ManifestInvalid,
            ErrorCodes.TrialInProgress,
        }.Select(code => "offer " + code).ToArray());
        JsonArray cases = [];
        for (int i = 0; i < count; i++)
        {
            JsonObject manifest = draw.Manifest(draw.From(1, 65536), draw.From(5, 9));
            for (int changes = draw.Below(3); changes > 0; changes--)
            {
                Change(draw, manifest);
            }

            string text = Draw.Encoded(draw.Percent(35) ? draw.Mutated(manifest) : manifest);
            if (draw.Percent(8))
            {
                int at = draw.Below(text.Length);
                text = draw.Percent(50) ? text[..at] : text[..at] + draw.Of("=", "+", "/", " ", "ä", "\n") + text[at..];
            }

            JsonObject profile = new() { ["on_trial"] = draw.Percent(15), ["unix_seconds"] = draw.Of(0, 1750000000, 1760000000) };
            int chunkBytes = draw.Percent(3) ? 4097 : draw.Of(256, 1000, 4096);
            string encoding = draw.Weighted((60, "raw"), (20, "base64"), (1, "Raw"), (1, ""));
            Transfer? transfer = Transfer.Read(1, text, chunkBytes, out _);
            Reject? refusal = transfer == null
                ? new Reject { Code = ErrorCodes.ManifestInvalid }
                : OfferJudge.Judge(transfer, encoding, ScenarioPlayer.ProfileOf(Profile.With(profile)));
            cases.Add(new JsonObject
            {
                ["name"] = draw.NextName() + " " + manifest.Line(), ["code"] = refusal?.Code ?? "", ["manifest"] = text, ["chunk_bytes"] = chunkBytes,
                ["encoding"] = encoding, ["profile"] = profile,
            });
            draw.Count("offer " + (refusal?.Code ?? "accepted"));
            draw.Steps++;
        }

        return new() { ["profile"] = Profile, ["cases"] = cases };
    }

    private static void Change(Draw draw, JsonObject manifest)
    {
        switch (draw.Below(6))
        {
            case 0: manifest["size"] = draw.Of(65536, 65537, 67108864, 67108865); break;
            case 1: manifest["sequence"] = draw.From(3, 5); break;
            case 2: manifest["expires"] = draw.Of(0, 1749999999, 1750000000, 1760000001); break;
            case 3: manifest["requires"] = new JsonArray("ds18b20", draw.Of("ds18b20", "rtc")); break;
            case 4: manifest["kind"] = "nano-app"; break;
            default: manifest["device_type"] = "esp32-nano"; break;
        }
    }
}
