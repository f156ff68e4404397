using System;

namespace EdgeMesh.Device.Platform;

/// <summary>The reset line.</summary>
public interface IPower
{
    /// <summary>Resets the board. Never returns; where the platform cannot do that, it throws <see cref="BoardResetException"/>.</summary>
    void Reboot();
}

/// <summary>Unwinds the stack of a board that ended while its process goes on, as in a test. The client catches it nowhere.</summary>
public class BoardResetException : Exception
{
    /// <summary>The board has ended.</summary>
    /// <param name="message">By what.</param>
    public BoardResetException(string message)
        : base(message)
    {
    }
}
