/** A request while it is being read. */

/** Its outline. */
export function LoadingRequest() {
  return (
    <div className="request-pane" aria-busy="true">
      <div className="request-head">
        <span className="skeleton skeleton-title" />
      </div>
      <div className="tab-body">
        <span className="skeleton skeleton-block" />
        <span className="hidden">loading the request</span>
      </div>
    </div>
  );
}
