namespace Nurture.Sessions;

/// <summary>How a person stands to a session. The numbers are stored.</summary>
public enum Registration : byte
{
    None = 0,
    Registered = 1,

    /// <summary>On the waiting list: moves up when somebody cancels.</summary>
    Waiting = 2,
    Cancelled = 3,
    Attended = 4,
    Missed = 5,
}

/// <summary>What a contact's state keeps of a session.</summary>
/// <param name="Told">The version up to which changes of the session were told.</param>
public readonly record struct SessionPart(Registration Registration, int Told);

/// <summary>What may be told about a session to those whom it concerns. The numbers are stored.</summary>
public enum SessionNews : byte
{
    /// <summary>It is at another time.</summary>
    Moved = 1,

    /// <summary>Its title, link or host is another one.</summary>
    Changed = 2,
    Cancelled = 3,

    /// <summary>Who came has been said.</summary>
    AttendanceComplete = 4,
}
