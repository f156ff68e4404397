using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.VectorGenerator;
using Xunit.Abstractions;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class CurveVectorTests(ITestOutputHelper output)
{
    [Fact]
    public void X25519_is_that_of_RFC_7748()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("x25519"), "cases"))
        {
            X25519 x = new(c.Hex("scalar"), c.Hex("u"));
            while (!x.Step())
            {
            }

            Assert.Equal((c.Text("source"), c.Text("product")), (c.Text("source"), Hex.Encode(x.Product!)));
            Assert.Equal(c.Hex("product").All(b => b == 0), x.IsNeutral);
            Assert.Equal(X25519.Multiplications, x.Done);
        }
    }

    [Fact]
    public void X25519_iterated_a_thousand_times_is_that_of_RFC_7748()
    {
        JsonObject iterated = VectorFile.Load("x25519")["iterated"]!.AsObject();
        byte[] k = iterated.Hex("start"), u = k;
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 1; i <= 1000; i++)
        {
            (k, u) = (X25519.Multiply(k, u), k);
            if (i == 1)
            {
                Assert.Equal(iterated.Text("after_1"), Hex.Encode(k));
            }
        }

        Assert.Equal(iterated.Text("after_1000"), Hex.Encode(k));
        output.WriteLine($"measured: X25519 on .NET: {X25519.Multiplications} field multiplications, {watch.Elapsed.TotalMicroseconds / 1000:F0} µs");
    }

    [Fact]
    public void Ed25519_takes_and_refuses_what_its_vectors_say()
    {
        int most = 0;
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("ed25519"), "cases"))
        {
            foreach (ICrypto crypto in TestCrypto.Both)
            {
                Ed25519Verification v = new(crypto, c.Hex("public_key"), c.Hex("message"), c.Hex("signature"));
                int steps = 0;
                for (; !v.Step(100); steps++)
                {
                    Assert.False(v.IsValid);
                    Assert.InRange(v.Progress, 0, 99);
                }

                Assert.True((bool)c["valid"]! == v.IsValid, c.Text("source"));
                Assert.Equal(100, v.Progress);
                most = Math.Max(most, v.Done);
            }
        }

        Assert.InRange(most, Ed25519Verification.Multiplications - 400, Ed25519Verification.Multiplications);
        JsonObject timed = VectorFile.List(VectorFile.Load("ed25519"), "cases").First();
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < 500; i++)
        {
            Assert.True(Ed25519.Verify(new DotNetCrypto(), timed.Hex("public_key"), timed.Hex("message"), timed.Hex("signature")));
        }

        output.WriteLine($"measured: Ed25519 check on .NET: at most {most} field multiplications, {watch.Elapsed.TotalMicroseconds / 500:F0} µs");
    }

    [Fact]
    public void CPace_is_that_of_its_draft_and_its_steps_are_as_many_as_it_says()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("cpace"), "cases"))
        {
            CPace a = new(new TestCrypto(c.Hex("ya")), true, c.Hex("prs"), c.Hex("ci"), c.Hex("sid"), c.Hex("ad_a"));
            CPace b = new(new TestCrypto(c.Hex("yb")), false, c.Hex("prs"), c.Hex("ci"), c.Hex("sid"), c.Hex("ad_b"));
            Run(a, 50);
            Run(b, int.MaxValue / 2);
            Assert.Equal((c.Text("share_a"), c.Text("share_b")), (Hex.Encode(a.Share!), Hex.Encode(b.Share!)));
            Assert.True(a.Receive(b.Share!, c.Hex("ad_b")) && b.Receive(a.Share!, c.Hex("ad_a")));
            Run(a, 50);
            Run(b, 1);
            Assert.Equal((c.Text("tag_a"), c.Text("tag_b")), (Hex.Encode(a.Tag!), Hex.Encode(b.Tag!)));
            Assert.Equal((CPace.Multiplications, 100, 100), (a.Done, a.Progress, b.Progress));
            Assert.Equal(c.Text("isk"), Hex.Encode(a.Confirm(b.Tag!)!));
            Assert.Equal(c.Text("isk"), Hex.Encode(b.Confirm(a.Tag!)!));
        }

        Stopwatch watch = Stopwatch.StartNew();
        CPace timed = new(new DotNetCrypto(), true, [1], [2], [3], []);
        Run(timed, 100);
        Assert.True(timed.Receive(Hex.Decode(VectorFile.List(VectorFile.Load("cpace"), "cases").First().Text("share_b"))!, []));
        Run(timed, 100);
        output.WriteLine($"measured: CPace on .NET: {CPace.Multiplications} field multiplications a side, {watch.Elapsed.TotalMilliseconds:F1} ms");
    }

    [Fact]
    public void CPace_refuses_shares_that_make_the_key_known()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("cpace"), "refused_shares"))
        {
            CPace side = new(new DotNetCrypto(), false, [1], [2], [3], []);
            bool taken = side.Receive(c.Hex("share"), []);
            Run(side, 1000);
            Assert.True(side.IsRefused && side.Tag == null && side.Confirm(new byte[CPace.TagBytes]) == null, c.Text("source"));
            Assert.Equal(c.Hex("share").Length == CPace.ShareBytes, taken);
        }
    }

    [Fact]
    public void CPace_refuses_its_own_share_sent_back()
    {
        CPace side = new(new DotNetCrypto(), true, [1], [2], [3], [4]);
        Run(side, 1000);
        Assert.True(side.Receive(side.Share!, [4]));
        Run(side, 1000);
        Assert.True(side.IsRefused && side.Tag == null);
    }

    [Theory]
    [InlineData("prs")]
    [InlineData("ci")]
    [InlineData("sid")]
    [InlineData("ad")]
    [InlineData("role")]
    public void CPace_confirms_nothing_where_the_sides_differ(string what)
    {
        byte[] Of(string name) => name == what ? [9] : [1];
        CPace a = new(new DotNetCrypto(), true, [1], [1], [1], [1]);
        CPace b = new(new DotNetCrypto(), what == "role", Of("prs"), Of("ci"), Of("sid"), [2]);
        Run(a, 1000);
        Run(b, 1000);
        Assert.True(a.Receive(b.Share!, what == "ad" ? [3] : [2]) && b.Receive(a.Share!, [1]));
        Run(a, 1000);
        Run(b, 1000);
        Assert.Null(a.Confirm(b.Tag!));
        Assert.Null(b.Confirm(a.Tag!));
    }

    [Fact]
    public void CPace_gives_its_key_to_the_first_tag_only_and_takes_the_first_share_only()
    {
        CPace[] sides = [.. new[] { true, false, false }.Select(i => new CPace(new DotNetCrypto(), i, [1], [1], [1], []))];
        Array.ForEach(sides, s => Run(s, 1000));
        Assert.True(sides[0].Receive(sides[1].Share!, []) && sides[1].Receive(sides[0].Share!, []));
        Assert.False(sides[0].Receive(sides[2].Share!, []));
        Run(sides[0], 1000);
        Run(sides[1], 1000);
        Assert.NotNull(sides[0].Confirm(sides[1].Tag!));
        Assert.Null(sides[0].Confirm(sides[1].Tag!));
        Assert.Null(sides[1].Confirm(new byte[CPace.TagBytes]));
        Assert.Null(sides[1].Confirm(sides[0].Tag!));
    }

    private static void Run(CPace side, int multiplications)
    {
        int before = side.Done, progress = side.Progress;
        while (!side.Step(multiplications))
        {
            Assert.InRange(side.Done - before, multiplications, multiplications + 8);
            Assert.InRange(side.Progress, progress, 100);
            (before, progress) = (side.Done, side.Progress);
        }
    }
}
