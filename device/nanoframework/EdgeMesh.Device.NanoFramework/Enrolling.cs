using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Gets the board its configuration with the PIN in its settings.</summary>
public sealed class Enrolling
{
    private readonly EnrollmentClient _client;
    private readonly NanoSettings _settings;
    private readonly SettingsFile _file;
    private readonly IStorage _storage;
    private bool _stored;

    /// <summary>Prepares; nothing is connected before <see cref="Poll"/>.</summary>
    public Enrolling(Board board, NanoSettings settings, SettingsFile file)
    {
        _settings = settings;
        _file = file;
        _storage = board.Storage;
        _client = new EnrollmentClient(
            board.Mqtt, board.Clock, board.Crypto, board.Log, settings.Secret!, settings.Host, settings.Port, settings.Tls, settings.Type, "nanoframework", settings.Id);
    }

    /// <summary>Whether it is enrolled.</summary>
    public bool IsDone => _stored && _client.IsDone;

    /// <summary>Why it failed, as a sentence; empty while it has not.</summary>
    public string Problem => _client.Problem;

    /// <summary>Does some work, and stores what was granted; gives how long to wait at most, in milliseconds. Throws <see cref="StorageException"/>.</summary>
    public long Poll()
    {
        long waitMs = _client.Poll();
        byte[]? granted = _client.Configuration;
        if (granted != null && !_stored)
        {
            _file.Write(_settings.With(granted));
            _client.Stored(_storage);
            _stored = true;
        }

        return waitMs;
    }
}
