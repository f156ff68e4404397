using System;
using System.Text;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>
/// One side of CPACE-X25519-SHA512 (draft-irtf-cfrg-cpace-21), a password-authenticated key exchange, initiator-responder, with the draft's
/// explicit key confirmation (9.4): both sides learn one key where they know the same password and agree on all they bind to it, and
/// whoever listens or guesses learns nothing but whether the one password tried was right.
/// </summary>
/// <remarks>
/// The curve takes an interpreted device seconds. So the work is done by <see cref="Step"/>, in portions, wherever there is some; the caller
/// tends its network in between. Each side sends <see cref="Share"/> and its associated data, calls <see cref="Receive"/> with the other's,
/// then sends <see cref="Tag"/> and calls <see cref="Confirm"/> with the other's.
/// </remarks>
public sealed class CPace
{
    /// <summary>Bytes of a share.</summary>
    public const int ShareBytes = X25519.ByteCount;

    /// <summary>Bytes of a confirmation tag and of the key.</summary>
    public const int TagBytes = Sha512.HashBytes;

    /// <summary>Field multiplications of one side: the generator, and two ladders.</summary>
    public const int Multiplications = Elligator2.Multiplications + (2 * X25519.Multiplications);

    private readonly ICrypto _crypto;
    private readonly bool _initiator;
    private readonly byte[] _sid;
    private readonly byte[] _ad;
    private readonly byte[] _scalar;
    private readonly Field25519 _field = new Field25519();
    private readonly Elligator2 _map;
    private X25519? _ladder;
    private int _done;
    private byte[]? _peerShare;
    private byte[]? _peerAd;
    private byte[]? _isk;

    /// <summary>Begins.</summary>
    /// <param name="crypto">The hash, the code and 32 random bytes.</param>
    /// <param name="initiator">Whether this side is the initiator: one is, the other is not.</param>
    /// <param name="prs">The password-related string.</param>
    /// <param name="ci">Channel identifier: what both sides know and must agree on, such as both identities, the initiator's first.</param>
    /// <param name="sid">Session id: fresh for each exchange, known to both; may be empty.</param>
    /// <param name="ad">Associated data that goes with this side's share in clear; may be empty.</param>
    public CPace(ICrypto crypto, bool initiator, byte[] prs, byte[] ci, byte[] sid, byte[] ad)
    {
        _crypto = crypto;
        _initiator = initiator;
        _sid = sid;
        _ad = ad;
        _scalar = crypto.Random(X25519.ByteCount);
        _map = new Elligator2(_field, Hash(CPaceStrings.Generator(prs, ci, sid)));
    }

    /// <summary>This side's share, when the work for it is done.</summary>
    public byte[]? Share { get; private set; }

    /// <summary>Whether the other side's share was refused: the exchange is over.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>This side's confirmation tag, when the work is done: it proves the key, and says nothing of it.</summary>
    public byte[]? Tag { get; private set; }

    /// <summary>How much of the work of both halves is done: 0 to 100.</summary>
    public int Progress => Done * 100 / Multiplications;

    /// <summary>Field multiplications done so far; <see cref="Multiplications"/> at the end.</summary>
    public int Done => _done + _field.Multiplications + (_ladder != null ? _ladder.Done : 0);

    /// <summary>
    /// Does some of the work: so many field multiplications, and at most eight more. True where there is none to do
    /// at present: the share is there, and, once the other's was received, so is the tag or a refusal.
    /// </summary>
    public bool Step(int multiplications)
    {
        int end = Done + multiplications;
        while (!IsIdle() && Done < end)
        {
            Advance();
        }

        return IsIdle();
    }

    /// <summary>Takes the other side's share and associated data, at any time. False where they are refused; a second one changes nothing.</summary>
    public bool Receive(byte[] share, byte[] ad)
    {
        if (_peerShare != null || IsRefused)
        {
            return false;
        }

        if (share.Length != ShareBytes)
        {
            IsRefused = true;
            return false;
        }

        _peerShare = share;
        _peerAd = ad;
        return true;
    }

    /// <summary>The key of 64 bytes where the tag is the other side's for the same key; else null, and the exchange is over.</summary>
    public byte[]? Confirm(byte[] tag)
    {
        byte[]? isk = _isk;
        _isk = null;
        if (isk == null || tag.Length != TagBytes)
        {
            return null;
        }

        byte[] expected = Authenticate(isk, _peerShare!, _peerAd!);
        return Bytes.EqualInConstantTime(expected, 0, tag, 0, TagBytes) ? isk : null;
    }

    private bool IsIdle() => Tag != null || IsRefused || (Share != null && _peerShare == null);

    private void Advance()
    {
        if (_map.Point == null)
        {
            _map.Step();
        }
        else if (_ladder == null)
        {
            _ladder = new X25519(_scalar, Share == null ? _map.Point : _peerShare!);
        }
        else if (_ladder.Step())
        {
            Finish(_ladder);
        }
    }

    private void Finish(X25519 ladder)
    {
        _ladder = null;
        _done += ladder.Done;
        if (Share == null)
        {
            Share = ladder.Product!;
            return;
        }

        Array.Clear(_scalar, 0, _scalar.Length);
        // The neutral element comes of a point of small order, which makes the key known. One's own share sent back makes
        // no key known, but a tag that could be sent back as well.
        if (ladder.IsNeutral || Bytes.EqualInConstantTime(Share, 0, _peerShare!, 0, ShareBytes))
        {
            IsRefused = true;
            return;
        }

        byte[] own = CPaceStrings.Concatenate(Share, _ad);
        byte[] peer = CPaceStrings.Concatenate(_peerShare!, _peerAd!);
        _isk = Hash(Bytes.Join(
            CPaceStrings.Concatenate(CPaceStrings.KeyLabel, _sid, ladder.Product!), _initiator ? own : peer, _initiator ? peer : own));
        Array.Clear(ladder.Product!, 0, ShareBytes);
        Tag = Authenticate(_isk, Share, _ad);
    }

    private byte[] Authenticate(byte[] isk, byte[] share, byte[] ad) =>
        _crypto.HmacSha512(Hash(Bytes.Join(Encoding.UTF8.GetBytes("CPaceMac"), _sid, isk)), CPaceStrings.Concatenate(share, ad));

    private byte[] Hash(byte[] data)
    {
        IHash hash = _crypto.CreateSha512();
        hash.Update(data, 0, data.Length);
        return hash.Finish();
    }
}
