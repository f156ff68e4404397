using System.Collections;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Messaging;

/// <summary>With what the device connects: the identity of its configuration, or one that the hub sent, in the files <c>identity0</c> and <c>identity1</c>.</summary>
/// <remarks>
/// A new one is written to the file that does not hold the one in use, so no cut takes that. It is tried first; where it fails, the others
/// are tried in turn, for ever. Once the hub was reached with it, a copy that says <c>proven</c> replaces the older file: from then on what
/// is older is not tried any more, since an authority may have been given up because its key got out. Another configuration ends all of that.
/// </remarks>
internal sealed class IdentityStore
{
    private const int RecordBytesMax = Limits.IdentityBytes + 256;
    private readonly IStorage _storage;
    private readonly string _configured;
    private readonly StoredIdentity?[] _files = new StoredIdentity?[2];

    // Identities to try, the newest first.
    private ArrayList _candidates = new ArrayList();
    private int _next;
    private int _failures;

    internal IdentityStore(IStorage storage, ICrypto crypto, DeviceConfiguration configuration)
    {
        _storage = storage;
        Identity configured = new Identity { Authority = configuration.Authority, Certificate = configuration.Certificate, PrivateKey = configuration.PrivateKey };
        _configured = Fingerprint(crypto, configured);
        Current = configured;
        for (int file = 0; file < _files.Length && configured.Authority.Length > 0; file++)
        {
            _files[file] = Load("identity" + file.ToString());
        }

        Choose(configured);
    }

    /// <summary>The one that the connection was made with.</summary>
    internal Identity Current { get; private set; }

    /// <summary>A connection is to be made: which to make it with.</summary>
    internal Identity Begin()
    {
        Current = (Identity)_candidates[_next]!;
        return Current;
    }

    /// <summary>The hub was not reached with the current one.</summary>
    internal void Failed()
    {
        _failures++;
        if (_failures >= Limits.IdentityAttempts)
        {
            _failures = 0;
            _next = (_next + 1) % _candidates.Count;
        }
    }

    /// <summary>The hub was reached with the current one. Throws <see cref="StorageException"/> where that cannot be kept; it is tried again the next time.</summary>
    internal void Reached()
    {
        _failures = 0;
        int file = FileOf(Current.Sequence);
        if (Current.Sequence == 0 || _files[file]!.Proven)
        {
            return;
        }

        Write(1 - file, new StoredIdentity(Current, true));
        _candidates = new ArrayList { Current };
        _next = 0;
    }

    /// <summary>Keeps another one, which the next connection is made with. Throws <see cref="StorageException"/>, and all stays as it was.</summary>
    internal void Store(Identity identity)
    {
        Write(Current.Sequence == 0 ? 0 : 1 - FileOf(Current.Sequence), new StoredIdentity(identity, false));
        _candidates = new ArrayList { identity, Current };
        _next = 0;
        _failures = 0;
    }

    private static string Fingerprint(ICrypto crypto, Identity identity)
    {
        byte[] text = Encoding.UTF8.GetBytes(identity.Authority + identity.Certificate);
        IHash hash = crypto.CreateSha256();
        hash.Update(text, 0, text.Length);
        return Hex.Encode(hash.Finish());
    }

    private void Choose(Identity configured)
    {
        long proven = 0;
        foreach (StoredIdentity? stored in _files)
        {
            proven = stored != null && stored.Proven && stored.Identity.Sequence > proven ? stored.Identity.Sequence : proven;
        }

        StoredIdentity? newer = _files[0];
        StoredIdentity? older = _files[1];
        if (newer == null || (older != null && older.Identity.Sequence > newer.Identity.Sequence))
        {
            newer = _files[1];
            older = _files[0];
        }

        if (newer != null)
        {
            _candidates.Add(newer.Identity);
        }

        if (newer != null && older != null && older.Identity.Sequence >= proven && older.Identity.Sequence < newer.Identity.Sequence)
        {
            _candidates.Add(older.Identity);
        }

        if (proven == 0)
        {
            _candidates.Add(configured);
        }
    }

    // Where both files hold it, the one that is proven.
    private int FileOf(long sequence)
    {
        bool first = _files[0] != null && _files[0]!.Identity.Sequence == sequence;
        bool second = _files[1] != null && _files[1]!.Identity.Sequence == sequence;
        return second && (!first || _files[1]!.Proven) ? 1 : 0;
    }

    private void Write(int file, StoredIdentity stored)
    {
        JsonWriter members = Codec.Write(stored.Identity).Add("proven", stored.Proven).Add("configured", _configured);
        _files[file] = null;
        _storage.Write("identity" + file.ToString(), CheckedRecord.Write(members));
        _files[file] = stored;
    }

    private StoredIdentity? Load(string name)
    {
        JsonObject? record;
        try
        {
            record = CheckedRecord.Read(_storage.Read(name, RecordBytesMax));
        }
        catch (StorageException)
        {
            // As if it were not there: what else there is may still reach the hub.
            return null;
        }

        if (record == null || record.OptionalString("configured", 64) != _configured)
        {
            return null;
        }

        Identity identity = Codec.ReadIdentity(record);
        return record.Problem.Length > 0 ? null : new StoredIdentity(identity, record.Get("proven") is bool proven && proven);
    }

    private sealed class StoredIdentity
    {
        internal StoredIdentity(Identity identity, bool proven)
        {
            Identity = identity;
            Proven = proven;
        }

        internal Identity Identity { get; }

        internal bool Proven { get; }
    }
}
