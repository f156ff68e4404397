using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Device.Platform;

/// <summary>All that the client touches outside itself.</summary>
public sealed class Board
{
    /// <summary>A board made of these parts.</summary>
    public Board(
        IClock clock, IStorage storage, IMqttConnection mqtt, IPower power, IDeadMan deadMan, IProgramLoader loader, ICrypto crypto, IDeviceLog log)
    {
        Clock = clock;
        Storage = storage;
        Mqtt = mqtt;
        Power = power;
        DeadMan = deadMan;
        Loader = loader;
        Crypto = crypto;
        Log = log;
    }

    /// <summary>Time.</summary>
    public IClock Clock { get; }

    /// <summary>Files.</summary>
    public IStorage Storage { get; }

    /// <summary>The connection to the broker.</summary>
    public IMqttConnection Mqtt { get; }

    /// <summary>The reset line.</summary>
    public IPower Power { get; }

    /// <summary>The watchdog.</summary>
    public IDeadMan DeadMan { get; }

    /// <summary>From images to programs.</summary>
    public IProgramLoader Loader { get; }

    /// <summary>Hashes, signatures, randomness.</summary>
    public ICrypto Crypto { get; }

    /// <summary>Lines for people.</summary>
    public IDeviceLog Log { get; }
}
