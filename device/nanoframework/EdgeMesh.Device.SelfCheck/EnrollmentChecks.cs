using System.Collections;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Enrollment;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>An enrolment, both sides; messages that were changed on the way; what people type.</summary>
internal sealed class EnrollmentChecks : VectorChecks
{
    private const int AllAtOnce = 1000000;
    private static readonly string[] Order = new[] { "answer", "grant", "done" };
    private readonly ICrypto _crypto;

    // The changes refer to them.
    private readonly ArrayList _cases = new ArrayList();

    internal EnrollmentChecks(ICrypto crypto) => _crypto = crypto;

    internal override string Check(string list, object? item)
    {
        JsonObject c = (JsonObject)item!;
        switch (list)
        {
            case "cases":
                _cases.Add(c);
                return Exchange(c);
            case "changes": return Changed(c, (JsonObject)_cases[(int)Number(c, "case")]!);
            default:
                EnrollmentSecret? read = EnrollmentSecret.Read(Text(c, "typed"));
                return read == null || c.Get("token") == null
                    ? True(read == null && c.Get("token") == null, read == null ? "it is refused" : "it is taken")
                    : First(Same(Text(c, "token"), read.Token, "the token"), Same(Text(c, "value"), read.Value, "the value"));
        }
    }

    private static byte[][] RandomOf(JsonObject c, string member)
    {
        ArrayList list = List(c, member);
        byte[][] random = new byte[list.Count][];
        for (int i = 0; i < random.Length; i++)
        {
            random[i] = Hex.Decode((string)list[i]!)!;
        }

        return random;
    }

    private static byte[] TagOf(byte[] message) => Bytes(Parse(TextOf(message)), "tag");

    private static void Take(DeviceEnrollment device, string message)
    {
        device.Take(Encoding.UTF8.GetBytes(message));
        Run(device);
    }

    private static void Run(DeviceEnrollment device)
    {
        while (!device.Step(AllAtOnce))
        {
        }
    }

    private static void StoreIfGranted(DeviceEnrollment device)
    {
        if (device.Configuration != null && device.Outgoing == null && !device.IsDone)
        {
            device.Stored();
        }
    }

    // Members replaced; null takes one away.
    private static string With(string message, JsonObject change)
    {
        JsonObject members = Parse(message);
        JsonWriter changed = new JsonWriter();
        foreach (object name in members.MemberNames)
        {
            if (!change.Has((string)name))
            {
                changed.AddParsed((string)name, members.Get((string)name));
            }
        }

        foreach (object name in change.MemberNames)
        {
            if (change.Get((string)name) != null)
            {
                changed.AddParsed((string)name, change.Get((string)name));
            }
        }

        return changed.ToString();
    }

    private DeviceEnrollment NewDevice(JsonObject c) => new DeviceEnrollment(
        new ScriptedCrypto(_crypto, RandomOf(c, "device_random")), EnrollmentSecret.Read(Text(c, "secret"))!, Text(c, "type"), Text(c, "runtime"), Text(c, "id"));

    private HubEnrollment NewHub(JsonObject c)
    {
        byte[] ca = Utf8Of(c, "ca");
        IHash hash = _crypto.CreateSha256();
        hash.Update(ca, 0, ca.Length);
        return new HubEnrollment(
            new ScriptedCrypto(_crypto, RandomOf(c, "hub_random")), EnrollmentSecret.Read(Text(c, "secret"))!,
            EnrollmentBegin.Read(Parse(Text(c, "begin")), out string _)!, Text(c, "site"), Text(c, "device"), ca.Length == 0 ? "" : Hex.Encode(hash.Finish()));
    }

    private string Exchange(JsonObject c)
    {
        DeviceEnrollment device = NewDevice(c);
        Run(device);
        string begin = TextOf(device.Outgoing);
        HubEnrollment hub = NewHub(c);
        Take(device, Text(c, "answer"));
        string confirm = TextOf(device.Outgoing);
        string first = First(Same(Text(c, "begin"), begin, "begin"), Same(Text(c, "answer"), TextOf(hub.Answer), "answer"), Same(Text(c, "confirm"), confirm, "confirm"));
        if (first.Length > 0 || !hub.Confirm(TagOf(device.Outgoing!)))
        {
            return first.Length > 0 ? first : "the hub refuses the proof";
        }

        hub.Grant(Utf8Of(c, "configuration"));
        Take(device, Text(c, "grant"));
        string configuration = TextOf(device.Configuration);
        device.Stored();
        string stored = TextOf(device.Outgoing);
        string done = stored == Text(c, "stored") ? TextOf(hub.Stored(TagOf(device.Outgoing!))) : "";
        Take(device, Text(c, "done"));
        return First(
            Same(Text(c, "grant"), TextOf(hub.GrantMessage), "grant"), Same(Text(c, "configuration"), configuration, "the configuration"),
            Same(Text(c, "stored"), stored, "stored"), Same(Text(c, "done"), done, "done"), True(device.IsDone && device.Code.Length == 0, "it does not end well"));
    }

    private string Changed(JsonObject change, JsonObject c)
    {
        DeviceEnrollment device = NewDevice(c);
        Run(device);
        int at = 0;
        for (; Order[at] != Text(change, "message"); at++)
        {
            Take(device, Text(c, Order[at]));
            StoreIfGranted(device);
        }

        int before = device.OutgoingNumber;
        Take(device, With(Text(c, Order[at]), Object(change, "change")));
        if (Text(change, "outcome") == "refused")
        {
            return First(Same(ErrorCodes.EnrollmentRefused, device.Code, "the code"), True(device.Configuration == null, "a configuration is taken"));
        }

        if (device.OutgoingNumber != before || device.Code.Length > 0 || device.IsDone)
        {
            return "it changes something";
        }

        for (; at < Order.Length; at++)
        {
            Take(device, Text(c, Order[at]));
            StoreIfGranted(device);
        }

        return True(device.IsDone, "what comes after it is refused");
    }
}
