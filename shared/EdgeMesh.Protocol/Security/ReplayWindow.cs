using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Security;

/// <summary>Accepts every counter once, as IPsec does (RFC 4303, 3.4.3): a window of 64 behind the highest seen.</summary>
/// <remarks>Refusing replays so needs no clock and nothing that outlives the session.</remarks>
public sealed class ReplayWindow
{
    private long _highest;
    private ulong _seen;

    /// <summary>Whether the counter is new; it then counts as seen. Counters begin at 1.</summary>
    public bool Accept(long counter)
    {
        if (counter < 1)
        {
            return false;
        }

        if (counter > _highest)
        {
            long ahead = counter - _highest;
            _seen = ahead >= Limits.ReplayWindow ? 1UL : (_seen << (int)ahead) | 1UL;
            _highest = counter;
            return true;
        }

        long behind = _highest - counter;
        if (behind >= Limits.ReplayWindow)
        {
            return false;
        }

        ulong bit = 1UL << (int)behind;
        if ((_seen & bit) != 0)
        {
            return false;
        }

        _seen |= bit;
        return true;
    }
}
