using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>What is computed on Curve25519.</summary>
internal sealed class CurveChecks : VectorChecks
{
    private const int Iterations = 1000;
    private const int AllAtOnce = 1000000;
    private readonly string _file;
    private readonly ICrypto _crypto;
    private readonly JsonObject _head;
    private readonly bool _slow;

    internal CurveChecks(string file, ICrypto crypto, JsonObject head, bool slow)
    {
        _file = file;
        _crypto = crypto;
        _head = head;
        _slow = slow;
    }

    internal override bool HasHead => _file == "x25519";

    internal override string Check(string list, object? item)
    {
        if (item == null)
        {
            return Iterated();
        }

        JsonObject c = (JsonObject)item;
        switch (_file)
        {
            case "x25519": return Same(Text(c, "product"), Hex.Encode(X25519.Multiply(Bytes(c, "scalar"), Bytes(c, "u"))), "the product");
            case "ed25519":
                bool valid = Ed25519.Verify(_crypto, Bytes(c, "public_key"), Bytes(c, "message"), Bytes(c, "signature"));
                return True(valid == Flag(c, "valid"), valid ? "it is taken" : "it is refused");
            default: return list == "cases" ? Exchange(c) : RefusedShare(c);
        }
    }

    private static void Run(CPace side)
    {
        while (!side.Step(AllAtOnce))
        {
        }
    }

    private string Iterated()
    {
        JsonObject iterated = Object(_head, "iterated");
        byte[] k = Bytes(iterated, "start");
        byte[] u = k;
        for (int i = 1; i <= Iterations; i++)
        {
            byte[] next = X25519.Multiply(k, u);
            u = k;
            k = next;
            if (i == 1 && (Hex.Encode(k) != Text(iterated, "after_1") || _slow))
            {
                return Same(Text(iterated, "after_1"), Hex.Encode(k), "the first product");
            }
        }

        return Same(Text(iterated, "after_1000"), Hex.Encode(k), "the thousandth product");
    }

    private string Exchange(JsonObject c)
    {
        CPace a = new CPace(new ScriptedCrypto(_crypto, Bytes(c, "ya")), true, Bytes(c, "prs"), Bytes(c, "ci"), Bytes(c, "sid"), Bytes(c, "ad_a"));
        CPace b = new CPace(new ScriptedCrypto(_crypto, Bytes(c, "yb")), false, Bytes(c, "prs"), Bytes(c, "ci"), Bytes(c, "sid"), Bytes(c, "ad_b"));
        Run(a);
        Run(b);
        string shares = First(Same(Text(c, "share_a"), HexOf(a.Share), "the first share"), Same(Text(c, "share_b"), HexOf(b.Share), "the second share"));
        if (shares.Length > 0 || !a.Receive(b.Share!, Bytes(c, "ad_b")) || !b.Receive(a.Share!, Bytes(c, "ad_a")))
        {
            return shares.Length > 0 ? shares : "a share is refused";
        }

        Run(a);
        Run(b);
        return First(
            Same(Text(c, "tag_a"), HexOf(a.Tag), "the first tag"), Same(Text(c, "tag_b"), HexOf(b.Tag), "the second tag"),
            Same(Text(c, "isk"), HexOf(a.Confirm(b.Tag!)), "the key"), Same(Text(c, "isk"), HexOf(b.Confirm(a.Tag!)), "the other side's key"));
    }

    private string RefusedShare(JsonObject c)
    {
        byte[] one = new byte[] { 1 };
        CPace side = new CPace(new ScriptedCrypto(_crypto, new byte[32]), false, one, one, one, new byte[0]);
        side.Receive(Bytes(c, "share"), new byte[0]);
        Run(side);
        return True(side.IsRefused && side.Tag == null, "it is taken");
    }
}
