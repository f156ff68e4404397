using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Enrollment;
using EdgeMesh.VectorGenerator;
using ProtocolJson = EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Tests.Vectors;

/// <summary>Both sides of an enrolment against what another implementation said with the same random bytes.</summary>
public sealed class EnrollmentVectorTests
{
    private static readonly JsonObject File = VectorFile.Load("enrollment");
    private static readonly JsonObject[] Cases = [.. VectorFile.List(File, "cases")];

    public static TheoryData<int> CaseNumbers => [.. Enumerable.Range(0, Cases.Length)];

    public static TheoryData<string> Changes => VectorFile.Names("enrollment", "changes");

    [Theory]
    [MemberData(nameof(CaseNumbers))]
    public void Both_sides_say_what_the_vectors_say(int number)
    {
        JsonObject c = Cases[number];
        DeviceEnrollment device = DeviceOf(c);
        int last = device.Progress;
        while (!device.Step(100))
        {
            Assert.InRange(device.Progress, last, 100);
            last = device.Progress;
        }

        Assert.Equal(c.Text("begin"), Text(device.Outgoing));
        HubEnrollment hub = HubOf(c);
        Assert.Equal(c.Text("answer"), Text(hub.Answer));
        Take(device, c.Text("answer"));
        Assert.Equal(c.Text("confirm"), Text(device.Outgoing));
        byte[] tag = TagOf(device.Outgoing!);
        Assert.True(hub.Confirm(tag));
        hub.Grant(Encoding.UTF8.GetBytes(c.Text("configuration")));
        Assert.Equal(c.Text("grant"), Text(hub.GrantMessage));
        Assert.True(hub.Confirm(tag), "the same proof may come again");
        Assert.False(hub.Confirm([.. tag.Reverse()]), "and no other");
        Take(device, c.Text("grant"));
        Assert.Equal(c.Text("configuration"), Text(device.Configuration));
        Assert.Null(device.Outgoing);
        device.Stored();
        Assert.Equal(c.Text("stored"), Text(device.Outgoing));
        Assert.Null(hub.Stored(tag));
        Assert.Equal(c.Text("done"), Text(hub.Stored(TagOf(device.Outgoing!))));
        Assert.False(device.IsDone);
        Take(device, c.Text("done"));
        Assert.True(device.IsDone && device.Code.Length == 0 && device.Progress == 100);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_message_is_refused_or_changes_nothing(string name)
    {
        JsonObject change = VectorFile.Named(File, "changes", name);
        JsonObject c = Cases[(int)change["case"]!];
        DeviceEnrollment device = DeviceOf(c);
        string[] order = ["answer", "grant", "done"];
        Take(device, "");
        foreach (string message in order.TakeWhile(m => m != change.Text("message")))
        {
            Take(device, c.Text(message));
            StoreIfGranted(device);
        }

        JsonObject changed = JsonNode.Parse(c.Text(change.Text("message")))!.AsObject();
        foreach ((string member, JsonNode? value) in change["change"]!.AsObject())
        {
            changed.Remove(member);
            if (value is not null)
            {
                changed[member] = value.DeepClone();
            }
        }

        int before = device.OutgoingNumber;
        Take(device, changed.ToJsonString());
        if (change.Text("outcome") == "refused")
        {
            Assert.Equal(ErrorCodes.EnrollmentRefused, device.Code);
            Assert.Contains("\"m\":\"abort\"", Text(device.Outgoing), System.StringComparison.Ordinal);
            Assert.Null(device.Configuration);
            return;
        }

        Assert.Equal((before, "", false), (device.OutgoingNumber, device.Code, device.IsDone));
        foreach (string message in order.SkipWhile(m => m != change.Text("message")))
        {
            Take(device, c.Text(message));
            StoreIfGranted(device);
        }

        Assert.True(device.IsDone, "what came in between has changed nothing");
    }

    [Fact]
    public void A_hub_refuses_every_other_proof_and_stays_refusing()
    {
        foreach (JsonObject c in Cases)
        {
            byte[] right = TagOf(Encoding.UTF8.GetBytes(c.Text("confirm")));
            byte[][] wrong = [[], [.. right[..^1]], [.. right, 0], .. Enumerable.Range(0, right.Length).Select(i => right.Select((b, at) => at == i ? (byte)(b ^ 1) : b).ToArray())];
            Assert.All(wrong, tag => Assert.False(HubOf(c).Confirm(tag)));
            HubEnrollment tried = HubOf(c);
            Assert.False(tried.Confirm(wrong[^1]));
            Assert.Null(tried.Stored(right));
        }
    }

    [Fact]
    public void What_people_type_is_read_as_the_vectors_say()
    {
        foreach (JsonObject c in VectorFile.List(File, "secrets"))
        {
            EnrollmentSecret? read = EnrollmentSecret.Read(c.Text("typed"));
            Assert.Equal((c.Text("typed"), (string?)c["token"], (string?)c["value"]), (c.Text("typed"), read?.Token, read?.Value));
            Assert.Equal(read?.Value, read is null ? null : EnrollmentSecret.Read(read.Show())!.Value);
        }
    }

    [Fact]
    public void A_drawn_secret_is_read_back_whatever_its_length()
    {
        for (int i = 0; i < 300; i++)
        {
            int length = new[] { 0, 6, 7, 8 }[i % 4];
            EnrollmentSecret drawn = EnrollmentSecret.Draw(new DotNet.DotNetCrypto(), length);
            EnrollmentSecret read = EnrollmentSecret.Read(drawn.Show().ToUpperInvariant())!;
            Assert.Equal((drawn.Token, drawn.Value, drawn.Tier), (read.Token, read.Value, read.Tier));
            Assert.Equal(length == 0 ? EnrollmentSecret.CodeLength : length, drawn.Value.Length);
            Assert.True(Names.IsValid(drawn.User));
        }
    }

    private static byte[][] Random(JsonObject c, string member) => [.. c[member]!.AsArray().Select(r => Hex.Decode((string)r!)!)];

    private static DeviceEnrollment DeviceOf(JsonObject c) => new(
        new TestCrypto(Random(c, "device_random")), EnrollmentSecret.Read(c.Text("secret"))!, c.Text("type"), c.Text("runtime"), c.Text("id"));

    private static HubEnrollment HubOf(JsonObject c)
    {
        byte[] begin = Encoding.UTF8.GetBytes(c.Text("begin"));
        string ca = c.Text("ca").Length == 0 ? "" : System.Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(c.Text("ca"))));
        return new HubEnrollment(
            new TestCrypto(Random(c, "hub_random")), EnrollmentSecret.Read(c.Text("secret"))!,
            EnrollmentBegin.Read(ProtocolJson.JsonReader.Parse(begin, begin.Length, out _)!, out _)!, c.Text("site"), c.Text("device"), ca);
    }

    private static void Take(DeviceEnrollment device, string message)
    {
        device.Take(Encoding.UTF8.GetBytes(message));
        while (!device.Step(CPace.Multiplications))
        {
        }
    }

    private static void StoreIfGranted(DeviceEnrollment device)
    {
        if (device.Configuration is not null && device.Outgoing is null && !device.IsDone)
        {
            device.Stored();
        }
    }

    private static string Text(byte[]? message) => message is null ? "none" : Encoding.UTF8.GetString(message);

    private static byte[] TagOf(byte[] message) => Hex.Decode((string)JsonNode.Parse(message)!["tag"]!)!;
}
