using System.Threading;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Broker;

/// <summary>How the hub stands with the broker.</summary>
public enum BrokerPhase
{
    /// <summary>The broker is being started, or connected to for the first time.</summary>
    Starting,

    /// <summary>There is no broker or no connection to it; <see cref="BrokerStatus.Error"/> says why. The hub tries again by itself.</summary>
    Unavailable,

    /// <summary>Connected.</summary>
    Connected,

    /// <summary>The hub is stopping.</summary>
    Stopped,
}

/// <summary>How the hub stands with the broker, at one moment.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Error">Why there is no connection; null unless <see cref="BrokerPhase.Unavailable"/>.</param>
public sealed record BrokerStatus(BrokerPhase Phase, Error? Error = null);

/// <summary>How the hub stands with the broker, for display; written by the broker feature only.</summary>
public sealed class BrokerState
{
    private volatile BrokerStatus _current = new(BrokerPhase.Starting);
    private volatile object? _accounts;

    /// <summary>The latest status.</summary>
    public BrokerStatus Current
    {
        get => _current;
        internal set => _current = value;
    }

    /// <summary>Who holds the devices to their accounts and topics; null while it is not known yet.</summary>
    public AccountEnforcement? Accounts
    {
        get => (AccountEnforcement?)_accounts;
        internal set => _accounts = value;
    }

    /// <summary>A broker that was gone is there again, and is being connected to; said of no other status.</summary>
    internal void Starting()
    {
        BrokerStatus seen = _current;
        if (seen.Phase == BrokerPhase.Unavailable)
        {
            Interlocked.CompareExchange(ref _current, new BrokerStatus(BrokerPhase.Starting), seen);
        }
    }
}
