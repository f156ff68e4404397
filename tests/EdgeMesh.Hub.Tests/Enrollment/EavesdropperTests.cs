using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Who records everything on the wire of an enrolment, and then tries PINs at leisure.</summary>
public sealed partial class EavesdropperTests
{
    // A sample of all PINs, the right one among them. Every check is exact, so that a larger one shows nothing else.
    private const int Candidates = 2000;

    [Fact]
    public async Task No_PIN_can_be_confirmed_from_a_recorded_enrolment_and_the_right_one_looks_like_any_other()
    {
        using TempFolder folder = new();
        await using RunningHub hub = await RunningHub.StartAsync(folder.Path, BrokerHub.FreePort());
        string shown = (await hub.Get<EnrollmentService>().OpenAsync("pin", "porch", null, null, default)).Value.Secret;
        EnrollmentSecret secret = EnrollmentSecret.Read(shown)!;
        KeepingCrypto crypto = new();
        await using Tap tap = new(hub.Port);
        await using EnrollingDevice device = new(shown, crypto: crypto);
        await device.ConnectAsync(tap.Port);
        await device.RunAsync();
        Assert.True(device.Exchange.IsDone);

        // All that there is: both sides' words are on the wire, and the secrets are not.
        Recording recording = Recording.Of(tap.Recorded, secret.Token);
        string key = (string)JsonNode.Parse(device.Exchange.Configuration!)!["key"]!;
        Assert.DoesNotContain(secret.Value, tap.Recorded, StringComparison.Ordinal);
        Assert.DoesNotContain(key, tap.Recorded, StringComparison.Ordinal);

        string[] pins = Sample(secret.Value);
        byte[][] guessable = [new byte[32], [1, .. new byte[31]], SHA256.HashData(recording.Sid), [.. recording.Sid, .. recording.Sid]];
        bool[] Suppose(string pin) => recording.Checks(pin, [.. guessable, SHA256.HashData(Encoding.UTF8.GetBytes(pin))]);
        Assert.Empty(Confirmed(pins, Suppose));
        Assert.DoesNotContain(true, Suppose(secret.Value));

        // The harness is not blind: with the one thing that an eavesdropper has not, the device's scalar, it finds the PIN at once.
        Assert.Equal([secret.Value], Confirmed(pins, pin => recording.Checks(pin, [crypto.Scalar])));
    }

    [Fact]
    public void The_same_search_finds_the_PIN_of_a_scheme_that_derives_its_key_by_PBKDF2()
    {
        const string Pin = "48213377";
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] words = "begin, answer"u8.ToArray();
        byte[] tag = HMACSHA256.HashData(Derive(Pin, salt), words);
        Assert.Equal([Pin], Confirmed(Sample(Pin), pin => [HMACSHA256.HashData(Derive(pin, salt), words).AsSpan().SequenceEqual(tag)]));
    }

    // Few iterations, for the test's sake: an attacker has more patience, and there are 10^8 PINs at most.
    private static byte[] Derive(string pin, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(pin, salt, 100, HashAlgorithmName.SHA256, 32);

    /// <summary>The PINs that any check tells from the others.</summary>
    private static string[] Confirmed(string[] pins, Func<string, bool[]> checks)
    {
        string[] results = new string[pins.Length];
        Parallel.For(0, pins.Length, i => results[i] = string.Concat(checks(pins[i]).Select(fits => fits ? '1' : '0')));
        string usual = results.GroupBy(r => r).MaxBy(g => g.Count())!.Key;
        return [.. pins.Where((_, i) => results[i] != usual)];
    }

    private static string[] Sample(string right)
    {
        Random random = new(right.Length);
        HashSet<string> pins = [right];
        while (pins.Count < Candidates)
        {
            pins.Add(random.Next(100_000_000).ToString("D8", CultureInfo.InvariantCulture));
        }

        return [.. pins];
    }

    /// <summary>The platform's primitives, which keep the scalar that they gave.</summary>
    private sealed class KeepingCrypto : ICrypto
    {
        private readonly DotNetCrypto _crypto = new();

        public byte[] Scalar { get; private set; } = [];

        public IHash CreateSha256() => _crypto.CreateSha256();

        public IHash CreateSha512() => _crypto.CreateSha512();

        public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) => _crypto.HmacSha256(key, prefix, data, offset, count);

        public byte[] HmacSha512(byte[] key, byte[] data) => _crypto.HmacSha512(key, data);

        public IAead CreateAesGcm(byte[] key) => _crypto.CreateAesGcm(key);

        public byte[] Random(int count)
        {
            byte[] random = _crypto.Random(count);
            Scalar = count == X25519.ByteCount ? [.. random] : Scalar;
            return random;
        }
    }

    /// <summary>Primitives whose randomness is a scalar somebody supposes.</summary>
    private sealed class SupposedScalar(byte[] scalar) : ICrypto
    {
        private readonly DotNetCrypto _crypto = new();

        public IHash CreateSha256() => _crypto.CreateSha256();

        public IHash CreateSha512() => _crypto.CreateSha512();

        public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) => _crypto.HmacSha256(key, prefix, data, offset, count);

        public byte[] HmacSha512(byte[] key, byte[] data) => _crypto.HmacSha512(key, data);

        public IAead CreateAesGcm(byte[] key) => _crypto.CreateAesGcm(key);

        public byte[] Random(int count) => [.. scalar];
    }

    /// <summary>What went over the wire.</summary>
    private sealed partial record Recording(
        byte[] Channel, byte[] Sid, byte[] DeviceShare, byte[] DeviceFields, byte[] HubShare, byte[] HubFields, byte[] DeviceTag, byte[] HubTag, byte[] Sealed)
    {
        public static Recording Of(string recorded, string token)
        {
            Dictionary<string, JsonNode> words = Message().Matches(recorded).Select(m => JsonNode.Parse(m.Value)!).GroupBy(m => (string)m["m"]!).ToDictionary(g => g.Key, g => g.First());
            Assert.All(new[] { "begin", "answer", "confirm", "grant", "stored", "done" }, word => Assert.Contains(word, words.Keys));
            JsonNode begin = words["begin"], answer = words["answer"];
            string device = string.Join('\n', (int)begin["v"]!, (string)begin["tier"]!, (string)begin["type"]!, (string)begin["runtime"]!, (string?)begin["id"]);
            string hub = string.Join('\n', (string)answer["nonce"]!, (string)answer["site"]!, (string)answer["device"]!, (string?)answer["ca_sha256"]);
            return new Recording(
                Encoding.UTF8.GetBytes(Topic.EnrollUp(token)[..^"/up".Length]), Bytes(begin, "sid"), Bytes(begin, "share"), Encoding.UTF8.GetBytes(device), Bytes(answer, "share"),
                Encoding.UTF8.GetBytes(hub), Bytes(words["confirm"], "tag"), Bytes(answer, "tag"), Protocol.Base64Url.Decode((string)words["grant"]["enc"]!)!);
        }

        /// <summary>
        /// All that can be computed of a PIN and the recording: the PIN's generator, its multiples by scalars that somebody may suppose, the keys
        /// that those and every recorded point would make, and whether a recorded share, tag or ciphertext fits any of it.
        /// </summary>
        public bool[] Checks(string pin, byte[][] scalars) =>
        [
            .. scalars.SelectMany(scalar =>
            {
                CPace side = new(new SupposedScalar(scalar), true, Encoding.UTF8.GetBytes(pin), Channel, Sid, DeviceFields);
                side.Step(int.MaxValue / 2);
                byte[] share = side.Share!;
                side.Receive(HubShare, HubFields);
                side.Step(int.MaxValue / 2);
                bool own = share.AsSpan().SequenceEqual(DeviceShare);
                // With another scalar than the device's the transcript is another; so the keys are tried on the recorded one too.
                byte[][] points = [share, X25519.Multiply(scalar, HubShare), X25519.Multiply(scalar, DeviceShare)];
                return new[] { own, share.AsSpan().SequenceEqual(HubShare), own && side.Confirm(HubTag) is not null }
                    .Concat(own ? [] : points.Concat([DeviceShare, HubShare, new byte[32]]).SelectMany(Fits));
            }),
        ];

        private IEnumerable<bool> Fits(byte[] point)
        {
            byte[] isk = SHA512.HashData([.. Lv("CPace255_ISK"u8), .. Lv(Sid), .. Lv(point), .. Lv(DeviceShare), .. Lv(DeviceFields), .. Lv(HubShare), .. Lv(HubFields)]);
            byte[] mac = SHA512.HashData([.. "CPaceMac"u8, .. Sid, .. isk]);
            yield return HMACSHA512.HashData(mac, (byte[])[.. Lv(DeviceShare), .. Lv(DeviceFields)]).AsSpan().SequenceEqual(DeviceTag);
            yield return HMACSHA512.HashData(mac, (byte[])[.. Lv(HubShare), .. Lv(HubFields)]).AsSpan().SequenceEqual(HubTag);
            byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, isk, 32, Sid, "enroll grant"u8.ToArray());
            yield return new DotNetCrypto().CreateAesGcm(key).Open(new byte[12], Channel, Sealed) is not null;
        }

        private static byte[] Lv(ReadOnlySpan<byte> bytes) => bytes.Length < 128 ? [(byte)bytes.Length, .. bytes] : [(byte)(bytes.Length | 128), (byte)(bytes.Length >> 7), .. bytes];

        private static byte[] Bytes(JsonNode message, string member) => Convert.FromHexString((string)message[member]!);

        [GeneratedRegex("""\{"m":"[a-z]+"[^{}]*\}""")]
        private static partial Regex Message();
    }
}
